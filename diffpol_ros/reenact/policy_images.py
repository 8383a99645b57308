"""The images that a policy looked at, where the bag has them: its encoders see them again."""

from collections.abc import Mapping

import numpy as np

from diffpol_ros.core.types import CameraImage
from diffpol_ros.policy.images import rgb
from diffpol_ros.policy.manifest.manifest import Manifest
from diffpol_ros.policy.records.record import pixels_sha256
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.pictures import exact_pixels
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns
from diffpol_ros.replay.image_topics import image_topics
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE

KEPT = 16
NO_PIXELS = np.zeros((1, 1, 3), np.uint8)


class SeenImages:
    """Finds images by camera and stamp in one pass; they are asked for about in the order of their stamps."""

    def __init__(self, bag: BagReader, options: ReplayOptions, manifest: Manifest) -> None:
        """Look through the cameras of the policy of `manifest`, where the bag has images of them all."""
        cameras = [encoder.camera for encoder in manifest.networks.encoders]
        topics = {options.topic(f"camera/{camera}/image_raw"): camera for camera in cameras}
        images = options.images
        there = images is None or all(images.of(topic) for topic in topics)
        self._cameras = {each: camera for topic, camera in topics.items() for each in image_topics(topic) if there}
        self._coming = (bag if images is None else BagReader(images.path)).records(list(self._cameras))
        self._kept: dict[str, dict[int, CameraImage]] = {camera: {} for camera in self._cameras.values()}

    def at(self, exposures: Mapping[str, int]) -> dict[str, CameraImage]:
        """Return those images of the exposures [ns], by camera, that are there."""
        return {camera: image for camera, when in exposures.items() if (image := self._find(camera, when)) is not None}

    def all_of(self, exposures: Mapping[str, int]) -> dict[str, CameraImage]:
        """Return an image for each of the exposures; a black pixel stands where one that nobody used is not there."""
        found = self.at(exposures)
        return {name: found.get(name) or CameraImage(when, NO_PIXELS) for name, when in exposures.items()}

    def _find(self, camera: str, exposed_ns: int) -> CameraImage | None:
        kept = self._kept.get(camera)
        if kept is None:
            return None
        while max(kept, default=0) < exposed_ns and (record := next(self._coming, None)) is not None:
            self._keep(record)
        return kept.get(exposed_ns)

    def _keep(self, record: Record) -> None:
        exposed_ns = stamp_ns(record.message_of(IMAGE, COMPRESSED_IMAGE))
        kept, found = self._kept[self._cameras[record.topic]], exact_pixels(record)
        if found is not None:
            kept[exposed_ns] = CameraImage(exposed_ns, rgb(*found))
            if len(kept) > KEPT:
                del kept[next(iter(kept))]


class Sight:
    """What a policy saw, inference by inference. again, missing: how many inferences had all their images, or not."""

    def __init__(self, bag: BagReader, options: ReplayOptions, manifest: Manifest) -> None:
        """See what the policy of `manifest` saw."""
        self._blind = not manifest.networks.encoders
        self._images = SeenImages(bag, options, manifest)
        self.again = self.missing = 0

    def of(self, values: Mapping[str, str]) -> dict[str, CameraImage] | None:
        """Return what was seen in the inference of a record; None where not all of it is there as it was."""
        if self._blind:
            return None
        names = values.get("image_cameras", "").split()
        stamps = map(int, values.get("image_stamps_ns", "").split())
        known = dict(zip(names, values.get("image_sha256", "").split(), strict=False))
        found = self._images.at(dict(zip(names, stamps, strict=False)))
        same = all(camera in found and pixels_sha256(found[camera]) == digest for camera, digest in known.items())
        whole = same and bool(known)
        self.again += whole
        self.missing += not whole
        return found if whole else None

    @property
    def whole(self) -> bool:
        """Return whether every inference had all its images."""
        return self.again > 0 and not self.missing

    @property
    def told(self) -> tuple[str, ...]:
        """Return what is to be said of it."""
        if self._blind:
            return ()
        rest = "; of the others, the features of then were taken" if self.missing else ""
        return (f"{self.again} of {self.again + self.missing} inferences saw their images again{rest}",)

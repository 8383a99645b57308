"""The ways from tags to the pose of an object that are compared, and how far each is off."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pupil_apriltags

from benchmarks.estimation_scenes import Shot
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.spatial import compose, inverse, quaternion_from_matrix, rotation_between, slerp
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel
from diffpol_ros.estimation.detection.detector import FAMILY, Detector
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.sighting import Sighting, sight
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.fusion.fusion import FusionSettings, average

PERIOD_NS = to_ns(1.0 / 15.0)
SMOOTHING = 0.5
PEERS, AVERAGED, OURS = "pupil-apriltags, averaged, EMA", "our tags, averaged", "ours"
WAYS = (PEERS, AVERAGED, OURS)


@dataclass(frozen=True, eq=False)
class Look:
    """What one camera shows of the object in one frame: our detector's tags, and the library's own poses of it."""

    sighting: Sighting
    tags: int
    library: tuple[Pose, ...]


@dataclass(frozen=True, eq=False)
class Answer:
    """What a way says after a frame: nothing, or a pose and perhaps a covariance. ambiguous: it said so."""

    pose: Pose | None
    covariance: Array | None = None
    ambiguous: bool = False


@dataclass(frozen=True)
class Score:
    """One answer against the truth.

    through: the cameras' names. filtered: whether the frames before were known. tags, seen_by: tags and cameras that
    our detector found. millimetres, degrees: errors. nees: normalised squared error of all six, position, rotation.
    nan: no answer.
    """

    way: str
    through: str
    cameras: int
    seed: int
    distance: float
    blur: float
    noise: float
    arm: str
    frame: int
    filtered: bool
    tags: int
    seen_by: int
    found: bool
    ambiguous: bool
    millimetres: float
    degrees: float
    nees: float
    nees_position: float
    nees_rotation: float


class Bare:
    """The library as it comes: the pose of each tag as it gives it, and the object's from that."""

    def __init__(self, model: ObjectModel) -> None:
        """Look for the tags of `model`."""
        self._library = pupil_apriltags.Detector(families=FAMILY, quad_decimate=1.0)
        self._tags = {tag.id: tag for tag in model.tags}

    def poses(self, camera: CameraCalibration, image: GreyImage) -> tuple[Pose, ...]:
        """Return the object by each tag, in the base frame."""
        # The library counts pixels from the corner of the first, the calibration from its centre.
        intrinsics = (camera.fx, camera.fy, camera.cx + 0.5, camera.cy + 0.5)
        size = next(iter(self._tags.values())).size
        # The library's annotation says one detection; it is a list of them.
        with _hushed():
            found: list[Any] = self._library.detect(image, True, intrinsics, size)  # type: ignore[assignment]
        return tuple(self._object(camera, tag) for tag in found if tag.tag_id in self._tags)

    def _object(self, camera: CameraCalibration, tag: Any) -> Pose:
        in_camera = Pose(tag.pose_t.ravel(), quaternion_from_matrix(tag.pose_R))
        return compose(compose(camera.pose.pose, in_camera), inverse(self._tags[tag.tag_id].pose))


@contextmanager
def _hushed() -> Iterator[None]:
    """Send what the library writes about doubtful tags to nowhere: it writes past Python's sys.stderr."""
    kept = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def look(shot: Shot, model: ObjectModel, detector: Detector, bare: Bare | None) -> list[list[Look]]:
    """Return what each frame shows, by time, then by camera; to the library alone only where it is given."""
    known = {tag.id for tag in model.tags}
    looks = []
    for frame, images in enumerate(shot.frames):
        looks.append([])
        for camera, image in zip(shot.cameras, images, strict=True):
            sighting = sight(camera, detector, image, frame * PERIOD_NS)
            tags = sum(found.id in known for found in sighting.detections)
            looks[-1].append(Look(sighting, tags, bare.poses(camera, image) if bare else ()))
    return looks


def scores(shot: Shot, model: ObjectModel, looks: list[list[Look]], ways: Sequence[str] = WAYS) -> list[Score]:
    """Return how each of some ways does on a shot: with each camera alone and with both, with and without memory."""
    results = []
    for chosen in ((0,), (1,), (0, 1)):
        seen = [[frame[index] for index in chosen] for frame in looks]
        for way in ways:
            results += _scored(shot, way, seen, answers(way, shot, model, seen), True)
            alone = [answers(way, shot, model, [frame])[0] for frame in seen]
            results += _scored(shot, way, seen, alone, False)
    return results


def answers(way: str, shot: Shot, model: ObjectModel, looks: list[list[Look]]) -> list[Answer]:
    """Return what a way that knows nothing yet says after each frame."""
    if way == PEERS:
        return peers(looks)
    estimator = Estimator(shot.cameras, [model], FusionSettings(mode="joint" if way == OURS else "average"))
    return [_absorb(estimator, frame) for frame in looks]


def peers(looks: list[list[Look]]) -> list[Answer]:
    """Return the mean over tags, then over cameras, then an exponential average a frame, as usual elsewhere."""
    said: list[Answer] = []
    smooth: Pose | None = None
    for frame in looks:
        by_camera = [average(one.library) for one in frame if one.library]
        if by_camera:
            new = average(by_camera)
            smooth = new if smooth is None else _mixed(smooth, new)
        said.append(Answer(smooth))
    return said


def _mixed(old: Pose, new: Pose) -> Pose:
    position = old.position + SMOOTHING * (new.position - old.position)
    return Pose(position, slerp(old.quaternion, new.quaternion, SMOOTHING))


def _absorb(estimator: Estimator, frame: list[Look]) -> Answer:
    before = estimator.counters.refused["ambiguous"]
    for one in frame:
        estimator.absorb(one.sighting)
    ambiguous = estimator.counters.refused["ambiguous"] > before
    known = estimator.estimates(frame[0].sighting.stamp_ns)
    return Answer(known[0].pose, known[0].covariance) if known else Answer(None, None, ambiguous)


def _scored(shot: Shot, way: str, looks: list[list[Look]], said: Sequence[Answer], filtered: bool) -> list[Score]:
    return [
        Score(
            *(
                way,
                "+".join(one.sighting.camera for one in frame),
                len(frame),
                shot.seed,
                shot.distance,
                shot.blur,
                shot.noise,
                shot.arm,
                index,
                filtered,
            ),
            *(sum(one.tags for one in frame), sum(one.tags > 0 for one in frame)),
            *(answer.pose is not None, answer.ambiguous),
            *_errors(answer, shot.truth),
        )
        for index, (frame, answer) in enumerate(zip(looks, said, strict=True))
    ]


def _errors(answer: Answer, truth: Pose) -> tuple[float, float, float, float, float]:
    """Return distance [mm], angle [deg], and the normalised squared error of all six, position and rotation."""
    if answer.pose is None:
        return np.nan, np.nan, np.nan, np.nan, np.nan
    shift = answer.pose.position - truth.position
    turn = rotation_between(truth.quaternion, answer.pose.quaternion)
    millimetres, degrees = 1e3 * float(np.linalg.norm(shift)), float(np.degrees(np.linalg.norm(turn)))
    if answer.covariance is None:
        return millimetres, degrees, np.nan, np.nan, np.nan
    both = _squared(np.concatenate([shift, turn]), answer.covariance)
    position, rotation = _squared(shift, answer.covariance[:3, :3]), _squared(turn, answer.covariance[3:, 3:])
    return millimetres, degrees, both, position, rotation


def _squared(error: Array, covariance: Array) -> float:
    return float(error @ np.linalg.solve(covariance, error))

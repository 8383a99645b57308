"""What a policy sees through its cameras: the newest image of each, encoded once a chunk."""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.errors import ObservationError
from diffpol_ros.core.types import CameraImage
from diffpol_ros.policy.engines.signature import FREE, Signature, Tensor, read_signature, require
from diffpol_ros.policy.manifest.networks import ImageEncoder
from diffpol_ros.policy.runtime.session import open_session, run_network
from diffpol_ros.policy.runtime.settings import RuntimeSettings

Vectors = NDArray[np.float32]
Pixels = NDArray[np.uint8]


class OnnxEncoder:
    """One camera's encoder on ONNX Runtime."""

    def __init__(self, encoder: ImageEncoder, data: bytes, source: str, settings: RuntimeSettings) -> None:
        """Open the model in `data`; `source` names it in errors."""
        self.spec, self._source = encoder, source
        image = Tensor((FREE, 3, encoder.height, encoder.width))
        expected = Signature({"image": image}, {"features": Tensor((FREE, encoder.features))})
        require(read_signature(data, source), expected, source)
        self._session = open_session(data, source, settings)

    def encode(self, pixels: Pixels) -> Vectors:
        """Return the features (n,) of an RGB image (h, w, 3) of any size."""
        image = network_image(pixels, self.spec.height, self.spec.width)
        features: Vectors = run_network(self._session, "features", {"image": image[None]}, self._source)
        if features.shape != (1, self.spec.features) or not np.isfinite(features).all():
            raise ObservationError(
                f"features of camera {self.spec.camera} are not {self.spec.features} finite numbers: {features.shape}"
            )
        return features[0]


class ImageEncoders:
    """All encoders of a policy, in the manifest's order."""

    def __init__(self, encoders: Iterable[OnnxEncoder]) -> None:
        """Ask `encoders` one after the other."""
        self._encoders = tuple(encoders)

    def encode(self, images: Mapping[str, Pixels]) -> Vectors:
        """Return the features (F,) of RGB images (h, w, 3) by camera; images of other cameras are ignored."""
        missing = [encoder.spec.camera for encoder in self._encoders if encoder.spec.camera not in images]
        if missing:
            raise ObservationError(f"no image of camera {', '.join(missing)}: does its driver publish?")
        return np.concatenate([encoder.encode(images[encoder.spec.camera]) for encoder in self._encoders])


def rgb(pixels: Pixels, encoding: str) -> Pixels:
    """Return pixels (h, w[, 3]) of a ROS `encoding` as (h, w, 3) RGB: grey as three equal channels."""
    if not pixels.size:
        raise ObservationError("image has no pixels")
    if pixels.ndim == 2:
        return np.repeat(pixels[:, :, None], 3, axis=2)
    return pixels[:, :, ::-1] if encoding == "bgr8" else pixels


def network_image(pixels: Pixels, height: int, width: int) -> Vectors:
    """Return an RGB image (h, w, 3) as (3, height, width) in [0, 1], each pixel the mean of the area it covers.

    Training calls it too.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        raise ObservationError(f"image is {pixels.dtype} {pixels.shape}, expected uint8 (h, w, 3), RGB")
    if pixels.shape[:2] != (height, width):
        import cv2  # here, so that a policy without images is spared the library

        pixels = cv2.resize(np.ascontiguousarray(pixels), (width, height), interpolation=cv2.INTER_AREA).astype(
            np.uint8
        )
    return np.divide(pixels.transpose(2, 0, 1), np.float32(255.0), dtype=np.float32, order="C")


def unfit_images(encoders: Iterable[ImageEncoder], images: Mapping[str, CameraImage], now_ns: int) -> str:
    """Return why the images must not be acted on at `now_ns`, or an empty text."""
    for encoder in encoders:
        image = images.get(encoder.camera)
        if image is None:
            return f"camera {encoder.camera} has sent no image since the reset: does its driver publish?"
        age_s = to_seconds(now_ns - image.stamp_ns)
        if abs(age_s) > encoder.max_age_s:
            allowed = f"at most {encoder.max_age_s} s either way is allowed"
            return f"image of camera {encoder.camera} is {age_s:.2f} s old, {allowed}"
    return ""

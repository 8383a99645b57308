"""Images of training windows: each window's present frame, read from the data set when asked for."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffpol_ros.policy.images import network_image
from sim.data.dataset import Dataset, Frames
from sim.errors import DatasetError


class WindowImages:
    """Images of some cameras, of the size that networks see."""

    def __init__(self, dataset: Dataset, cameras: tuple[str, ...], height: int, width: int) -> None:
        """Read images of `cameras`, made `height` x `width` as the robot makes them."""
        missing = [camera for camera in cameras if camera not in dataset.images]
        if missing:
            there = ", ".join(dataset.images) or "none"
            raise DatasetError(f"the data set has no images of camera {', '.join(missing)}, only of: {there}")
        self._frames = {camera: dataset.images[camera] for camera in cameras}
        self._height, self._width = height, width

    def read(self, frames: NDArray[np.int64]) -> dict[str, Tensor]:
        """Return images (B, 3, height, width) by camera: uint8 as they are stored, or float32 in [0, 1] if resized."""
        return {camera: self._read(images, frames) for camera, images in self._frames.items()}

    def _read(self, images: Frames, frames: NDArray[np.int64]) -> Tensor:
        pixels = images[frames]
        if pixels.shape[1:3] == (self._height, self._width):
            return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))
        return torch.from_numpy(np.stack([network_image(image, self._height, self._width) for image in pixels]))

"""Fine-tuning from pixels: what is observed and seen as one row of numbers, so that nothing else knows of images."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sim.networks.denoiser import DenoiserNetwork
from sim.networks.vision.cameras import CameraEncoders
from sim.networks.vision.encoder import unit_range
from sim.networks.vision.networks import VisionCritic, VisionDenoiser


@dataclass(frozen=True)
class Packing:
    """Rows of the observation's numbers, then each camera's image in [0, 1].

    In float32, whatever the images are in: a roll-out of many chunks wants much memory. Images are not moved at random
    as in pre-training: the likelihoods whose ratio counts would be those of two different pictures.
    """

    observation_size: int
    cameras: tuple[str, ...]
    shapes: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, encoders: CameraEncoders, observation_size: int) -> "Packing":
        """Return rows with the images that `encoders` look at."""
        shapes = tuple((3, encoder.height, encoder.width) for encoder in encoders.by_camera().values())
        return cls(observation_size, encoders.cameras, shapes)

    @property
    def size(self) -> int:
        """Return how many numbers a row has."""
        return sum(self._sizes)

    def pack(self, observation: Tensor, images: Mapping[str, Tensor]) -> Tensor:
        """Return rows (B, size) of observations (B, n) and images (B, 3, h, w) by camera, uint8 or in [0, 1]."""
        seen = (unit_range(images[camera]).flatten(1) for camera in self.cameras)
        return torch.cat([observation, *seen], 1)

    def unpack(self, rows: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return what was packed, images in [0, 1]."""
        observation, *seen = rows.split(self._sizes, 1)
        parts = zip(self.cameras, seen, self.shapes, strict=True)
        return observation, {camera: part.unflatten(1, shape) for camera, part, shape in parts}

    @property
    def _sizes(self) -> list[int]:
        return [self.observation_size, *(rows * columns * colours for colours, rows, columns in self.shapes)]


class SeeingDenoiser(DenoiserNetwork):
    """A denoiser with its encoders, for packed rows; each decision looks at an image once."""

    def __init__(self, vision: VisionDenoiser) -> None:
        """Take `vision` as it is, not a copy."""
        packing = Packing.of(vision.encoders, vision.denoiser.necks.sizes[0])
        super().__init__(*vision.denoiser.chunk_shape, packing.size)
        self.vision, self.packing = vision, packing

    def encode_step(self, step: Tensor) -> Tensor:
        """Return what the denoiser makes of steps (S,)."""
        return self.vision.denoiser.encode_step(step)

    def encode_observation(self, observation: Tensor) -> Tensor:
        """Return what the denoiser makes of rows (B, size)."""
        return self.vision.denoiser.encode_observation(self._vector(observation))

    def denoise(self, sample: Tensor, encoded_step: Tensor, encoded_observation: Tensor) -> Tensor:
        """Return the prediction (B, T_p, dimension)."""
        return self.vision.denoiser.denoise(sample, encoded_step, encoded_observation)

    def at_steps(self, steps: Tensor, observation: Tensor) -> list[Callable[[Tensor], Tensor]]:
        """Return a function for each step, see DenoiserNetwork."""
        return self.vision.denoiser.at_steps(steps, self._vector(observation))

    def _vector(self, rows: Tensor) -> Tensor:
        return self.vision.encoders.vector(*self.packing.unpack(rows))


class SeeingCritic(nn.Module):
    """A critic with encoders of its own, for packed rows."""

    def __init__(self, vision: VisionCritic) -> None:
        """Take `vision` as it is, not a copy."""
        super().__init__()
        self.vision = vision
        self.packing = Packing.of(vision.encoders, vision.necks.sizes[0])

    def forward(self, rows: Tensor) -> Tensor:
        """Return the values (B,) of rows (B, size)."""
        return self.vision(*self.packing.unpack(rows))

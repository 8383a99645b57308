"""All cameras of a policy: from their images to the observation vector, and what networks make of that vector."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from diffpol_ros.policy.manifest.networks import ImageEncoder
from sim.errors import NetworkError
from sim.networks.vision.encoder import Neck, VisionEncoder


class CameraEncoders(nn.Module):
    """An encoder a camera; features stand in the order of the cameras, as in a bundle's manifest."""

    def __init__(self, cameras: Sequence[str], encoders: Sequence[VisionEncoder]) -> None:
        """`encoders` belong to `cameras`, one to one."""
        super().__init__()
        self.cameras = tuple(cameras)
        self.encoders = nn.ModuleList(encoders)
        self.features = sum(encoder.features for encoder in encoders)

    def forward(self, images: Mapping[str, Tensor]) -> Tensor:
        """Return the features (B, F) of images (B, 3, h, w) by camera, uint8 or in [0, 1].

        Images of other cameras are ignored.
        """
        missing = [camera for camera in self.cameras if camera not in images]
        if missing:
            raise NetworkError(f"no images of camera {', '.join(missing)}: there are {', '.join(images) or 'none'}")
        return torch.cat([encoder.see(images[camera]) for camera, encoder in self.by_camera().items()], dim=-1)

    def by_camera(self) -> dict[str, VisionEncoder]:
        """Return each camera's encoder, in their order."""
        each = [encoder for encoder in self.encoders if isinstance(encoder, VisionEncoder)]
        return dict(zip(self.cameras, each, strict=True))

    def vector(self, observation: Tensor, images: Mapping[str, Tensor]) -> Tensor:
        """Return the observation vector as the robot has it: the observation (B, n), then all features."""
        return torch.cat([observation, self(images)], dim=-1)

    def as_onnx(self, folder: Path, max_age_s: float = 0.5) -> tuple[ImageEncoder, ...]:
        """Write a file a camera into `folder`; return what a bundle's manifest says of them, see ImageEncoder."""
        specifications = []
        for camera, encoder in self.by_camera().items():
            name = f"{camera}.onnx"
            encoder.as_onnx(folder / name)
            specifications.append(
                ImageEncoder(camera, name, encoder.height, encoder.width, encoder.features, max_age_s)
            )
        return tuple(specifications)


class Necks(nn.Module):
    """What a network makes of the observation vector: (B, n + F) -> (B, size), the observation first."""

    def __init__(self, observation_size: int, necks: Sequence[Neck]) -> None:
        """The vector begins with `observation_size` numbers; then come the features of each of `necks`."""
        super().__init__()
        self.necks = nn.ModuleList(necks)
        self.sizes = [observation_size, *(neck.features for neck in necks)]
        self.size = observation_size + sum(neck.size for neck in necks)

    @property
    def vector_size(self) -> int:
        """Return n + F."""
        return sum(self.sizes)

    def forward(self, vector: Tensor) -> Tensor:
        """Return the joined vector."""
        observation, *features = vector.split(self.sizes, dim=-1)
        joined = [neck(each, observation) for neck, each in zip(self.necks, features, strict=True)]
        return torch.cat([observation, *joined], dim=-1)

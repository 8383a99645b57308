"""What policies, training and export ask of a network that sees."""

from pathlib import Path

import torch
from torch import Tensor, nn

from sim.errors import NetworkError
from sim.networks.onnx_export import export_onnx


class VisionEncoder(nn.Module):
    """Turns a camera's images into features; the robot runs it once a chunk, from a file of its own.

    forward: images (B, 3, height, width) float32 in [0, 1], RGB -> (B, features). It sees nothing but the image.
    """

    def __init__(self, height: int, width: int, features: int) -> None:
        """Say what goes in and out."""
        super().__init__()
        self.height, self.width, self.features = height, width, features

    def forward(self, images: Tensor) -> Tensor:
        """Return the features."""
        raise NotImplementedError

    def see(self, images: Tensor) -> Tensor:
        """Return the features of images as they come: (B, 3, height, width), uint8 or in [0, 1]."""
        if images.shape[1:] != (3, self.height, self.width):
            raise NetworkError(
                f"images are {tuple(images.shape)}, expected (B, 3, {self.height}, {self.width}): "
                "set height and width to theirs, or make them fit with diffpol_ros.policy.images.network_image"
            )
        return self(unit_range(images))

    def as_onnx(self, path: Path) -> None:
        """Write what a bundle names an encoder: image (B, 3, height, width) -> features (B, n)."""
        example = torch.zeros(1, 3, self.height, self.width, device=next(self.parameters()).device)
        export_onnx(self, path, (example,), ["image"], ["features"])


class Neck(nn.Module):
    """What a denoiser makes of an encoder's features beside the observation: (B, features), (B, n) -> (B, size).

    It is part of the denoiser's file, where the observation is. This one passes features on as they are.
    """

    def __init__(self, features: int, size: int | None = None) -> None:
        """Take `features` numbers, give `size`."""
        super().__init__()
        self.features, self.size = features, size or features

    def forward(self, features: Tensor, observation: Tensor) -> Tensor:
        """Return what the denoiser sees."""
        return features


def unit_range(images: Tensor) -> Tensor:
    """Return images in [0, 1] as float32: uint8 pixels as the robot's network_image has them, others as they are."""
    return images.to(torch.float32) / 255.0 if images.dtype == torch.uint8 else images

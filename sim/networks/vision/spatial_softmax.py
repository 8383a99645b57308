"""Where each map of features is strongest, on average: the keypoints of visuomotor policies (arXiv 1504.00702)."""

import torch
from torch import Tensor, nn


class SpatialSoftmax(nn.Module):
    """Maps (B, channels, h, w) -> mean positions (B, 2 * keypoints), x then y of each, in [-1, 1].

    A 1x1 convolution makes a map for each keypoint; the softmax of a map weighs the positions. The convolution has no
    bias: a softmax would not notice it.
    """

    columns: Tensor
    rows: Tensor

    def __init__(self, channels: int, height: int, width: int, keypoints: int) -> None:
        """Look at maps of `height` x `width`."""
        super().__init__()
        self.maps = nn.Conv2d(channels, keypoints, 1, bias=False)
        self.register_buffer("columns", _places(width), persistent=False)
        self.register_buffer("rows", _places(height), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the positions."""
        maps = self.maps(x)
        weights = maps.flatten(2).softmax(dim=-1).unflatten(-1, maps.shape[2:])
        across = (weights.sum(dim=2) * self.columns).sum(dim=-1)
        down = (weights.sum(dim=3) * self.rows).sum(dim=-1)
        return torch.stack([across, down], dim=-1).flatten(1)


def _places(size: int) -> Tensor:
    """Return positions from -1 to 1; a side of one is seen from its middle."""
    return torch.linspace(-1.0, 1.0, size) if size > 1 else torch.zeros(1)

"""ResNet-18 with GroupNorm and spatial softmax: the vision of Diffusion Policy (arXiv 1512.03385, 1803.08494)."""

from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn

from sim.networks.checks import require_multiple, require_positive
from sim.networks.vision.encoder import Neck, VisionEncoder
from sim.networks.vision.spatial_softmax import SpatialSoftmax

STRIDE = 32
"""Pixels of the image beside one another for one of the last maps."""


@dataclass(frozen=True)
class ResnetSettings:
    """ResNet-18 with GroupNorm, and keypoints of its last maps."""

    keypoints: int = 32
    """Positions that are read off; each gives two features."""
    channels: tuple[int, ...] = (64, 128, 256, 512)
    """Channels of each stage; these are ResNet-18's."""
    channels_a_group: int = 16
    """Channels that are normalised together; no statistics of a batch, which a moving average of weights upsets."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        require_positive("ResNet", keypoints=self.keypoints, channels_a_group=self.channels_a_group)
        for channels in self.channels:
            require_multiple("ResNet", "channels", channels, self.channels_a_group, "channels_a_group")

    def build(self, height: int, width: int) -> "Resnet":
        """Return the encoder, freshly initialised from torch's global generator."""
        return Resnet(height, width, self)

    def neck(self, encoder: VisionEncoder, observation_size: int) -> Neck:
        """Return what the denoiser makes of the keypoints: nothing."""
        return Neck(encoder.features)


class BasicBlock(nn.Module):
    """Two convolutions of 3x3 with a way around; the first one halves the map by its stride."""

    def __init__(self, inputs: int, outputs: int, stride: int, group: int) -> None:
        """Map `inputs` channels to `outputs`."""
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
        self.first_norm = nn.GroupNorm(outputs // group, outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.second_norm = nn.GroupNorm(outputs // group, outputs)
        self.activation = nn.ReLU()
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            norm = nn.GroupNorm(outputs // group, outputs)
            self.shortcut = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), norm)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block's maps."""
        changed = self.activation(self.first_norm(self.first(x)))
        return self.activation(self.second_norm(self.second(changed)) + self.shortcut(x))


def resnet_trunk(channels: tuple[int, ...], group: int) -> nn.Sequential:
    """Return ResNet-18 without its head: images (B, 3, h, w) -> maps (B, channels[-1], h / 32, w / 32), rounded up."""
    stem = nn.Sequential(
        nn.Conv2d(3, channels[0], 7, stride=2, padding=3, bias=False),
        nn.GroupNorm(channels[0] // group, channels[0]),
        nn.ReLU(),
        nn.MaxPool2d(3, stride=2, padding=1),
    )
    stages = [_stage(channels[0], channels[0], 1, group)]
    stages += [_stage(narrow, wide, 2, group) for narrow, wide in pairwise(channels)]
    trunk = nn.Sequential(stem, *stages)
    for module in trunk.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
    return trunk


class Resnet(VisionEncoder):
    """ResNet-18's maps as keypoints."""

    def __init__(self, height: int, width: int, settings: ResnetSettings | None = None) -> None:
        """See images of `height` x `width`."""
        settings = settings or ResnetSettings()
        super().__init__(height, width, 2 * settings.keypoints)
        self.trunk = resnet_trunk(settings.channels, settings.channels_a_group)
        stride = 2 ** (len(settings.channels) + 1)
        maps = -(-height // stride), -(-width // stride)
        self.keypoints = SpatialSoftmax(settings.channels[-1], *maps, settings.keypoints)

    def forward(self, images: Tensor) -> Tensor:
        """Return the keypoints, (B, features)."""
        return self.keypoints(self.trunk(2.0 * images - 1.0))


def _stage(inputs: int, outputs: int, stride: int, group: int) -> nn.Sequential:
    return nn.Sequential(BasicBlock(inputs, outputs, stride, group), BasicBlock(outputs, outputs, 1, group))

"""The small vision transformer of IBRL (arXiv 2311.02198), which DPPO's pixel tasks use too."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from sim.errors import NetworkError
from sim.networks.attention import EncoderLayer
from sim.networks.checks import require_multiple, require_positive
from sim.networks.vision.encoder import Neck, VisionEncoder
from sim.networks.vision.spatial_embedding import SpatialEmbedding, SpatialNeck

PATCH, STEP = 8, 4
"""Pixels of a side of what the first convolution sees at once, and from one such to the next."""


@dataclass(frozen=True)
class VitSettings:
    """A small vision transformer with a learned spatial embedding."""

    width: int = 128
    """Numbers that make a token."""
    heads: int = 4
    """Heads of each attention."""
    layers: int = 1
    """Layers on the patches."""
    embedding: int = 128
    """Numbers that the spatial embedding makes of all patches."""
    proprioception: bool = True
    """Whether the spatial embedding sees the observation beside the patches, as in the reference. It is then part of
    the denoiser, and the encoder's features are all patches; without, they are `embedding` numbers."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        require_positive("ViT", heads=self.heads, layers=self.layers, embedding=self.embedding)
        require_multiple("ViT", "width", self.width, self.heads, "its heads")

    def build(self, height: int, width: int) -> VisionEncoder:
        """Return the encoder, freshly initialised from torch's global generator."""
        patches = Vit(height, width, self)
        return patches if self.proprioception else EmbeddedVit(patches, self.embedding)

    def neck(self, encoder: VisionEncoder, observation_size: int) -> Neck:
        """Return what the denoiser makes of the features."""
        if not self.proprioception:
            return Neck(encoder.features)
        return SpatialNeck(encoder.features // self.width, self.width, self.embedding, observation_size)


class PatchEmbedding(nn.Sequential):
    """Two convolutions that overlap: 8 x 8 pixels every 4, then 3 x 3 of these every 2."""

    def __init__(self, width: int) -> None:
        """Make tokens of `width` numbers."""
        super().__init__(nn.Conv2d(3, width, PATCH, stride=STEP), nn.ReLU(), nn.Conv2d(width, width, 3, stride=2))


class Vit(VisionEncoder):
    """Patches that read one another: features are (patches * width), patch after patch."""

    def __init__(self, height: int, width: int, settings: VitSettings) -> None:
        """See images of `height` x `width`."""
        patches = patch_count(height, width)
        super().__init__(height, width, patches * settings.width)
        self.patches = PatchEmbedding(settings.width)
        self.positions = nn.Parameter(torch.zeros(patches, settings.width))
        self.layers = nn.Sequential(*(EncoderLayer(settings.width, settings.heads) for _ in range(settings.layers)))
        self.norm = nn.LayerNorm(settings.width)
        self._draw_first_weights()

    def forward(self, images: Tensor) -> Tensor:
        """Return the patches, (B, features)."""
        tokens = self.patches(images - 0.5).flatten(2).transpose(1, 2)
        return self.norm(self.layers(tokens + self.positions)).flatten(1)

    def _draw_first_weights(self) -> None:
        nn.init.trunc_normal_(self.positions, std=0.02)
        for module in self.layers.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)


class EmbeddedVit(VisionEncoder):
    """The patches and their spatial embedding in one, without the observation."""

    def __init__(self, patches: Vit, size: int) -> None:
        """Embed what `patches` gives in `size` numbers."""
        super().__init__(patches.height, patches.width, size)
        width = patches.positions.shape[1]
        self.patches = patches
        self.embedding = SpatialEmbedding(len(patches.positions), width, size)
        self._token = (-1, width)

    def forward(self, images: Tensor) -> Tensor:
        """Return the embedding, (B, features)."""
        return self.embedding(self.patches(images).unflatten(1, self._token))


def patch_count(height: int, width: int) -> int:
    """Return the patches of an image; the reference rounds up, which fits only where nothing is left over."""
    smallest = PATCH + 2 * STEP
    if height < smallest or width < smallest:
        raise NetworkError(f"images are {height} x {width}, expected at least {smallest} x {smallest} for a ViT")
    sides = ((((size - PATCH) // STEP + 1) - 3) // 2 + 1 for size in (height, width))
    return next(sides) * next(sides)

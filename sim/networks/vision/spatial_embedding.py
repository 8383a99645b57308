"""What is where, in a few numbers: learned weights on the patches of each channel (IBRL, arXiv 2311.02198)."""

import torch
from torch import Tensor, nn

from sim.networks.vision.encoder import Neck


class SpatialEmbedding(nn.Module):
    """Patches (B, patches, width), and an observation (B, n) where it is seen, -> (B, size).

    For each channel, its values at all patches and the observation become `size` numbers; channels are then added up
    with a learned weight for each number.
    """

    def __init__(self, patches: int, width: int, size: int, observation_size: int = 0) -> None:
        """Weigh `patches` patches of `width` channels."""
        super().__init__()
        self.projection = nn.Sequential(nn.Linear(patches + observation_size, size), nn.LayerNorm(size), nn.ReLU())
        self.weights = nn.Parameter(torch.randn(width, size))

    def forward(self, patches: Tensor, observation: Tensor | None = None) -> Tensor:
        """Return the embedding."""
        channels = patches.transpose(1, 2)
        if observation is not None:
            beside = observation.unsqueeze(1).expand(-1, channels.shape[1], -1)
            channels = torch.cat([channels, beside], dim=-1)
        return (self.weights * self.projection(channels)).sum(dim=1)


class SpatialNeck(Neck):
    """The spatial embedding beside the observation, on patches that come as one vector."""

    def __init__(self, patches: int, width: int, size: int, observation_size: int) -> None:
        """Embed `patches` patches of `width` channels in `size` numbers."""
        super().__init__(patches * width, size)
        self.embedding = SpatialEmbedding(patches, width, size, observation_size)
        self._shape = (patches, width)

    def forward(self, features: Tensor, observation: Tensor) -> Tensor:
        """Return the embedding."""
        return self.embedding(features.unflatten(1, self._shape), observation)

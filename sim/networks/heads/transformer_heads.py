"""Heads on transformers: the Gaussian and mixture policies of DPPO's tables of robomimic."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from sim.networks.attention import AttentionSettings
from sim.networks.checks import require_positive
from sim.networks.chunk_decoder import ChunkDecoder, FrameEmbedding, draw_first_weights
from sim.networks.heads.deviation import Deviation, DeviationSettings
from sim.networks.heads.distributions import Gaussian, Mixture
from sim.networks.heads.head import GaussianHead, MixtureHead


def dppo_attention() -> AttentionSettings:
    """Return the layers of DPPO's Gaussian and mixture transformers in Lift and Can."""
    return AttentionSettings(width=96, heads=4, layers=4)


@dataclass(frozen=True)
class GaussianTransformerSettings:
    """A Gaussian whose mean is the hyperbolic tangent of what a transformer reads of the observation's frames."""

    attention: AttentionSettings = field(default_factory=dppo_attention)
    """Shape of its layers."""
    deviation: DeviationSettings = field(default_factory=DeviationSettings)
    """How far chunks scatter."""

    def build(
        self, predicted_steps: int, dimension: int, observation_size: int, history_steps: int = 1
    ) -> "GaussianTransformer":
        """Return the head, freshly initialised; the observation is split in `history_steps` frames."""
        return GaussianTransformer(predicted_steps, dimension, observation_size, self, history_steps)


@dataclass(frozen=True)
class MixtureTransformerSettings:
    """A mixture of Gaussians whose means and weights a transformer reads of the observation's frames."""

    attention: AttentionSettings = field(default_factory=dppo_attention)
    """Shape of its layers."""
    modes: int = 5
    """Gaussians in the mixture."""
    deviation: DeviationSettings = field(default_factory=DeviationSettings)
    """How far chunks of a mode scatter."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        require_positive("mixture transformer", modes=self.modes)

    def build(
        self, predicted_steps: int, dimension: int, observation_size: int, history_steps: int = 1
    ) -> "MixtureTransformer":
        """Return the head, freshly initialised; the observation is split in `history_steps` frames."""
        return MixtureTransformer(predicted_steps, dimension, observation_size, self, history_steps)


class FrameReader(nn.Module):
    """A token for each action of the chunk, made of its place and of the frames: (B, n) -> (B, T_p, width)."""

    def __init__(self, predicted_steps: int, observation_size: int, frames: int, settings: AttentionSettings) -> None:
        """Read `frames` frames."""
        super().__init__()
        self.frame_embedding = FrameEmbedding(observation_size, frames, settings.width)
        self.decoder = ChunkDecoder(predicted_steps, frames, settings, causal=False, aligned=False)

    def forward(self, observation: Tensor) -> Tensor:
        """Return the tokens."""
        memory = self.decoder.encode_memory(self.frame_embedding(observation), 0)
        places = torch.zeros_like(self.decoder.positions).expand(memory.shape[0], -1, -1)
        return self.decoder(places, memory)


class GaussianTransformer(GaussianHead):
    """mean = tanh(transformer), a deviation for each number of an action."""

    def __init__(
        self,
        predicted_steps: int,
        dimension: int,
        observation_size: int,
        settings: GaussianTransformerSettings | None = None,
        history_steps: int = 1,
    ) -> None:
        """Build for chunks of `predicted_steps` x `dimension` under `history_steps` frames."""
        super().__init__(predicted_steps, dimension, observation_size)
        settings = settings or GaussianTransformerSettings()
        self.reader = FrameReader(predicted_steps, observation_size, history_steps, settings.attention)
        self.mean = nn.Linear(settings.attention.width, dimension)
        draw_first_weights(self)
        self.deviation = Deviation((dimension,), settings.deviation)

    def forward(self, observation: Tensor) -> Gaussian:
        """Return the distribution."""
        mean = torch.tanh(self.mean(self.reader(observation)))
        return Gaussian(mean, self.deviation().expand_as(mean))


class MixtureTransformer(MixtureHead):
    """Means = tanh(transformer), weights from all its tokens, a deviation for each number of an action in each mode."""

    def __init__(
        self,
        predicted_steps: int,
        dimension: int,
        observation_size: int,
        settings: MixtureTransformerSettings | None = None,
        history_steps: int = 1,
    ) -> None:
        """Build for chunks of `predicted_steps` x `dimension` under `history_steps` frames."""
        super().__init__(predicted_steps, dimension, observation_size)
        settings = settings or MixtureTransformerSettings()
        self.modes, width = settings.modes, settings.attention.width
        self.reader = FrameReader(predicted_steps, observation_size, history_steps, settings.attention)
        self.means = nn.Linear(width, self.modes * dimension)
        self.weights = nn.Linear(predicted_steps * width, self.modes)
        draw_first_weights(self)
        self.deviation = Deviation((self.modes, dimension), settings.deviation)

    def forward(self, observation: Tensor) -> Mixture:
        """Return the distribution."""
        tokens = self.reader(observation)
        means = torch.tanh(self.means(tokens)).unflatten(-1, (self.modes, -1)).transpose(1, 2)
        deviations = self.deviation().unsqueeze(1).expand_as(means)
        return Mixture(means, deviations, self.weights(tokens.flatten(1)))

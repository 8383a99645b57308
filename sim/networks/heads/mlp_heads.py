"""Heads on residual MLPs: the Gaussian and mixture policies of DPPO's tables."""

from dataclasses import dataclass, field

import torch
from torch import Tensor

from sim.networks.activation import Activation
from sim.networks.checks import require_positive
from sim.networks.heads.deviation import Deviation, DeviationSettings
from sim.networks.heads.distributions import Gaussian, Mixture
from sim.networks.heads.head import GaussianHead, MixtureHead
from sim.networks.mlp import ResidualMlp


@dataclass(frozen=True)
class GaussianMlpSettings:
    """A Gaussian whose mean is the hyperbolic tangent of a residual MLP."""

    hidden: int = 512
    """Width of every layer."""
    blocks: int = 1
    """Residual blocks of two layers each; the reference's [1024] * 11 is five."""
    activation: Activation = "mish"
    """What stands between layers."""
    deviation: DeviationSettings = field(default_factory=DeviationSettings)
    """How far chunks scatter."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        require_positive("Gaussian MLP", hidden=self.hidden, blocks=self.blocks)

    def build(
        self, predicted_steps: int, dimension: int, observation_size: int, history_steps: int = 1
    ) -> "GaussianMlp":
        """Return the head, freshly initialised from torch's global generator; frames make no difference to it."""
        return GaussianMlp(predicted_steps, dimension, observation_size, self)


@dataclass(frozen=True)
class MixtureMlpSettings:
    """A mixture of Gaussians: one residual MLP says the means, another the weights."""

    hidden: int = 512
    """Width of every layer of either network."""
    blocks: int = 1
    """Residual blocks of two layers each, in either network."""
    modes: int = 5
    """Gaussians in the mixture."""
    activation: Activation = "mish"
    """What stands between layers."""
    deviation: DeviationSettings = field(default_factory=DeviationSettings)
    """How far chunks of a mode scatter."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        require_positive("mixture MLP", hidden=self.hidden, blocks=self.blocks, modes=self.modes)

    def build(
        self, predicted_steps: int, dimension: int, observation_size: int, history_steps: int = 1
    ) -> "MixtureMlp":
        """Return the head, freshly initialised from torch's global generator; frames make no difference to it."""
        return MixtureMlp(predicted_steps, dimension, observation_size, self)


class GaussianMlp(GaussianHead):
    """mean = tanh(MLP), a deviation for each number of an action."""

    def __init__(
        self,
        predicted_steps: int,
        dimension: int,
        observation_size: int,
        settings: GaussianMlpSettings | None = None,
    ) -> None:
        """Build for chunks of `predicted_steps` x `dimension`."""
        super().__init__(predicted_steps, dimension, observation_size)
        settings = settings or GaussianMlpSettings()
        self.mean = _network(observation_size, predicted_steps * dimension, settings)
        self.deviation = Deviation((dimension,), settings.deviation)

    def forward(self, observation: Tensor) -> Gaussian:
        """Return the distribution."""
        mean = torch.tanh(self.mean(observation)).unflatten(1, self.chunk_shape)
        return Gaussian(mean, self.deviation().expand_as(mean))


class MixtureMlp(MixtureHead):
    """Means = tanh(MLP), weights from an MLP of their own, a deviation for each number of an action in each mode."""

    def __init__(
        self,
        predicted_steps: int,
        dimension: int,
        observation_size: int,
        settings: MixtureMlpSettings | None = None,
    ) -> None:
        """Build for chunks of `predicted_steps` x `dimension`."""
        super().__init__(predicted_steps, dimension, observation_size)
        settings = settings or MixtureMlpSettings()
        self.modes = settings.modes
        self.means = _network(observation_size, self.modes * predicted_steps * dimension, settings)
        self.weights = _network(observation_size, self.modes, settings)
        self.deviation = Deviation((self.modes, dimension), settings.deviation)

    def forward(self, observation: Tensor) -> Mixture:
        """Return the distribution."""
        means = torch.tanh(self.means(observation)).unflatten(1, (self.modes, *self.chunk_shape))
        deviations = self.deviation().unsqueeze(1).expand_as(means)
        return Mixture(means, deviations, self.weights(observation))


def _network(inputs: int, outputs: int, settings: GaussianMlpSettings | MixtureMlpSettings) -> ResidualMlp:
    return ResidualMlp(inputs, outputs, settings.hidden, settings.blocks, settings.activation)

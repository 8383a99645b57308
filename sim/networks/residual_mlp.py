"""A residual MLP: the denoiser of DPPO's state tasks."""

from dataclasses import dataclass

import torch
from torch import Tensor

from sim.networks.activation import Activation
from sim.networks.checks import require_positive, require_widths
from sim.networks.denoiser import DenoiserNetwork
from sim.networks.embedding import check_embedding, step_encoder
from sim.networks.mlp import ResidualMlp, plain_mlp


@dataclass(frozen=True)
class ResidualMlpSettings:
    """A residual MLP on all inputs together: the denoiser of DPPO's state tasks."""

    hidden: int = 512
    """Width of every layer."""
    blocks: int = 2
    """Residual blocks of two layers each; the reference's [512, 512, 512] is one."""
    step_size: int = 32
    """Numbers that encode the denoising step; even."""
    activation: Activation = "mish"
    """What stands between layers; the step's encoder has Mish always."""
    observation_widths: tuple[int, ...] = ()
    """Layers that the observation passes first, such as 512 64; none: it goes in as it is."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        require_positive("residual MLP", hidden=self.hidden, blocks=self.blocks)
        require_widths("residual MLP", "observation_widths", self.observation_widths)
        check_embedding(self.step_size)

    def build(
        self, predicted_steps: int, dimension: int, observation_size: int, history_steps: int = 1
    ) -> "MlpDenoiser":
        """Return the network, freshly initialised from torch's global generator; frames make no difference to it."""
        return MlpDenoiser(predicted_steps, dimension, observation_size, self)


def dppo_mlp(activation: Activation = "mish") -> ResidualMlpSettings:
    """Return the actor of DPPO's tasks of Gym (there with ReLU) and robomimic's Lift and Can: [512, 512, 512]."""
    return ResidualMlpSettings(512, blocks=1, step_size=16, activation=activation)


class MlpDenoiser(DenoiserNetwork):
    """A residual MLP on all inputs together."""

    def __init__(
        self, predicted_steps: int, dimension: int, observation_size: int, settings: ResidualMlpSettings | None = None
    ) -> None:
        """Build for chunks of `predicted_steps` x `dimension`."""
        super().__init__(predicted_steps, dimension, observation_size)
        settings = settings or ResidualMlpSettings()
        flat, widths = predicted_steps * dimension, (observation_size, *settings.observation_widths)
        self.step_encoder = step_encoder(settings.step_size)
        self.observation_encoder = plain_mlp(widths, settings.activation)
        inputs = flat + settings.step_size + widths[-1]
        self.body = ResidualMlp(inputs, flat, settings.hidden, settings.blocks, settings.activation)

    def encode_step(self, step: Tensor) -> Tensor:
        """Return (S, step_size)."""
        return self.step_encoder(step)

    def encode_observation(self, observation: Tensor) -> Tensor:
        """Return what the observation's own layers make of it, (B, m); without any, the observation."""
        return self.observation_encoder(observation)

    def denoise(self, sample: Tensor, encoded_step: Tensor, encoded_observation: Tensor) -> Tensor:
        """Return the prediction (B, T_p, dimension)."""
        inputs = torch.cat([sample.flatten(1), encoded_step, encoded_observation], dim=-1)
        return self.body(inputs).unflatten(1, self.chunk_shape)

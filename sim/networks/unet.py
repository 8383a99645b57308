"""A 1-D U-Net over the chunk's time: the denoiser of Diffusion Policy, and of DPPO's furniture tasks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from sim.errors import NetworkError
from sim.networks.conv_blocks import ConvBlock, ConvSettings, ResidualConvBlock, doubling, halving
from sim.networks.denoiser import DenoiserNetwork
from sim.networks.embedding import check_embedding, step_encoder
from sim.networks.film import Film


@dataclass(frozen=True)
class UnetSettings:
    """A 1-D U-Net over the chunk's time under FiLM: the denoiser of Diffusion Policy, and of DPPO's furniture tasks."""

    channels: tuple[int, ...] = (256, 512, 1024)
    """Channels of each level; every level but the last halves the time steps."""
    step_size: int = 256
    """Numbers that encode the denoising step."""
    convolution: ConvSettings = field(default_factory=ConvSettings)
    """What the convolutions share."""

    def __post_init__(self) -> None:
        """Refuse a step that cannot be encoded, and channels that cannot be normalised in groups."""
        check_embedding(self.step_size)
        groups = self.convolution.groups
        if not self.channels or any(channels < 1 or channels % groups for channels in self.channels):
            raise NetworkError(f"channels are {self.channels}, expected multiples of convolution.groups, {groups}")

    def build(
        self, predicted_steps: int, dimension: int, observation_size: int, history_steps: int = 1
    ) -> "UnetDenoiser":
        """Return the network, freshly initialised from torch's global generator; frames make no difference to it."""
        return UnetDenoiser(predicted_steps, dimension, observation_size, self)

    @property
    def stride(self) -> int:
        """Return what the chunk's length must be a multiple of."""
        return 2 ** (len(self.channels) - 1)


def diffusion_policy_unet() -> UnetSettings:
    """Return ConditionalUnet1D as Diffusion Policy configures it: 66.9M parameters for 16x10 under 2 x 58 numbers."""
    return UnetSettings()


def furniture_unet() -> UnetSettings:
    """Return Unet1D as DPPO's furniture tasks configure it: 6,856,346 parameters for 16x10 under 58 numbers."""
    return UnetSettings((64, 128, 256), 16, ConvSettings(norm_epsilon=1e-4, film="deep"))


class Down(nn.Module):
    """Two blocks, then half the time steps (but not on the last level)."""

    def __init__(self, inputs: int, outputs: int, condition_size: int, settings: ConvSettings, last: bool) -> None:
        """Map `inputs` channels to `outputs`."""
        super().__init__()
        self.first = ResidualConvBlock(inputs, outputs, condition_size, settings)
        self.second = ResidualConvBlock(outputs, outputs, condition_size, settings)
        self.resize = nn.Identity() if last else halving(outputs)

    def forward(self, x: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor]:
        """Return what goes on, and what the way up will see of this level; each block under its own encoding."""
        x = self.second(self.first(x, first), second)
        return self.resize(x), x


class Up(nn.Module):
    """Beside what the way down left: two blocks, then twice the time steps."""

    def __init__(self, inputs: int, outputs: int, condition_size: int, settings: ConvSettings) -> None:
        """Map `inputs` channels, and as many from the way down, to `outputs`."""
        super().__init__()
        self.first = ResidualConvBlock(2 * inputs, outputs, condition_size, settings)
        self.second = ResidualConvBlock(outputs, outputs, condition_size, settings)
        self.resize = doubling(outputs)

    def forward(self, x: Tensor, beside: Tensor, first: Tensor, second: Tensor) -> Tensor:
        """Return what goes on; each block under its own encoding."""
        x = torch.cat([x, beside], dim=1)
        return self.resize(self.second(self.first(x, first), second))


class UnetDenoiser(DenoiserNetwork):
    """A U-Net under the step and the observation.

    The way up begins beside the narrowest level and ends at the chunk's length, so the first level's own skip
    connection stays unused: as in both references.
    """

    def __init__(
        self, predicted_steps: int, dimension: int, observation_size: int, settings: UnetSettings | None = None
    ) -> None:
        """Build for chunks of `predicted_steps` x `dimension`."""
        super().__init__(predicted_steps, dimension, observation_size)
        settings = settings or UnetSettings()
        _check_length(predicted_steps, settings)
        channels, shared = settings.channels, settings.convolution
        size = settings.step_size + observation_size
        self.step_encoder = step_encoder(settings.step_size, widening=4)
        levels = list(pairwise((dimension, *channels)))
        self.down = nn.ModuleList(Down(*level, size, shared, level is levels[-1]) for level in levels)
        self.middle = nn.ModuleList(ResidualConvBlock(channels[-1], channels[-1], size, shared) for _ in range(2))
        self.up = nn.ModuleList(Up(wide, narrow, size, shared) for narrow, wide in reversed(levels[1:]))
        self.head = nn.Sequential(ConvBlock(channels[0], channels[0], shared), nn.Conv1d(channels[0], dimension, 1))
        self._film_encoders = [module.encoder for module in self.modules() if isinstance(module, Film)]

    def encode_step(self, step: Tensor) -> Tensor:
        """Return (S, step_size)."""
        return self.step_encoder(step)

    def denoise(self, sample: Tensor, encoded_step: Tensor, encoded_observation: Tensor) -> Tensor:
        """Return the prediction (B, T_p, dimension)."""
        return self.denoise_conditioned(sample, self.conditions(encoded_step, encoded_observation))

    def conditions(self, encoded_step: Tensor, encoded_observation: Tensor) -> list[Tensor]:
        """Return what each FiLM encoder makes of rows of steps and observations, in the order of the blocks."""
        condition = torch.cat([encoded_step, encoded_observation], dim=-1)
        return [encoder(condition) for encoder in self._film_encoders]

    def denoise_conditioned(self, sample: Tensor, conditions: Sequence[Tensor]) -> Tensor:
        """Return the prediction (B, T_p, dimension) under `conditions` of as many rows."""
        encoded, x, beside = iter(conditions), sample.transpose(1, 2), []
        for level in self.down:
            x, kept = level(x, next(encoded), next(encoded))
            beside.append(kept)
        for block in self.middle:
            x = block(x, next(encoded))
        for level in self.up:
            x = level(x, beside.pop(), next(encoded), next(encoded))
        return self.head(x).transpose(1, 2)

    def at_steps(self, steps: Tensor, observation: Tensor) -> list[Callable[[Tensor], Tensor]]:
        """Return a function for each step, see DenoiserNetwork: here the FiLM encoders have all said what they say."""
        rows = len(steps), len(observation)
        encoded_steps = self.encode_step(steps).repeat_interleave(rows[1], dim=0)
        conditions = self.conditions(encoded_steps, self.encode_observation(observation).repeat(rows[0], 1))
        each = zip(*(condition.unflatten(0, rows) for condition in conditions), strict=True)
        return [partial(self.denoise_conditioned, conditions=step) for step in each]


def _check_length(predicted_steps: int, settings: UnetSettings) -> None:
    if predicted_steps < 1 or predicted_steps % settings.stride:
        raise NetworkError(
            f"predicted_steps is {predicted_steps}, expected a multiple of {settings.stride}: "
            f"each of the {len(settings.channels)} levels but the last halves the chunk"
        )

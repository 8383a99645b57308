"""Convolutions over time: the parts of a 1-D U-Net. Tensors are (B, channels, T)."""

from dataclasses import dataclass

from torch import Tensor, nn

from sim.errors import NetworkError
from sim.networks.checks import require_positive
from sim.networks.film import Film, FilmEncoder


@dataclass(frozen=True)
class ConvSettings:
    """What all convolutions of a network share."""

    kernel: int = 5
    """Time steps that a convolution sees; odd."""
    groups: int = 8
    """Groups of channels that are normalised together."""
    norm_epsilon: float = 1e-5
    """Added to the variance of a group."""
    film: FilmEncoder = "linear"
    """How a block reads its condition."""
    film_scale: bool = True
    """Whether the condition scales channels or only shifts them."""

    def __post_init__(self) -> None:
        """Refuse a kernel that would change the length."""
        if self.kernel < 1 or self.kernel % 2 == 0:
            raise NetworkError(
                f"kernel is {self.kernel}, expected an odd number: an even one changes the chunk's length"
            )
        require_positive("convolution", groups=self.groups, norm_epsilon=self.norm_epsilon)


class ConvBlock(nn.Module):
    """Convolution, group normalisation, Mish."""

    def __init__(self, inputs: int, outputs: int, settings: ConvSettings) -> None:
        """Map `inputs` channels to `outputs`."""
        super().__init__()
        self.convolution = nn.Conv1d(inputs, outputs, settings.kernel, padding=settings.kernel // 2)
        self.norm = nn.GroupNorm(settings.groups, outputs, eps=settings.norm_epsilon)
        self.activation = nn.Mish()

    def forward(self, x: Tensor) -> Tensor:
        """Run the three."""
        return self.activation(self.norm(self.convolution(x)))


class ResidualConvBlock(nn.Module):
    """Two convolutions with FiLM between them, and a way around."""

    def __init__(self, inputs: int, outputs: int, condition_size: int, settings: ConvSettings) -> None:
        """Map `inputs` channels to `outputs` under a condition of `condition_size` numbers."""
        super().__init__()
        self.first = ConvBlock(inputs, outputs, settings)
        self.film = Film(condition_size, outputs, settings.film, settings.film_scale)
        self.second = ConvBlock(outputs, outputs, settings)
        self.shortcut = nn.Conv1d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, encoded: Tensor) -> Tensor:
        """Return the block's output under what its FiLM encoder made of the condition."""
        return self.second(self.film(self.first(x), encoded)) + self.shortcut(x)


def halving(channels: int) -> nn.Conv1d:
    """Return a convolution that leaves every other time step."""
    return nn.Conv1d(channels, channels, 3, stride=2, padding=1)


def doubling(channels: int) -> nn.ConvTranspose1d:
    """Return a transposed convolution that doubles the time steps."""
    return nn.ConvTranspose1d(channels, channels, 4, stride=2, padding=1)

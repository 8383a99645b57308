"""Attention layers, normalised before each part. Tensors are (B, tokens, width)."""

from dataclasses import dataclass

import torch.nn.functional as F  # noqa: N812 - its name everywhere
from torch import Tensor, nn

from sim.errors import NetworkError
from sim.networks.checks import require_multiple, require_positive


@dataclass(frozen=True)
class AttentionSettings:
    """Shape of the layers that attend."""

    width: int = 256
    """Numbers that make a token."""
    heads: int = 4
    """Heads of each attention; they divide the width."""
    layers: int = 8
    """Layers on the chunk."""
    dropout: float = 0.0
    """Share of attention weights and of each part's output that is dropped in training."""

    def __post_init__(self) -> None:
        """Refuse what cannot be built."""
        require_positive("attention", width=self.width, heads=self.heads, layers=self.layers)
        require_multiple("attention", "width", self.width, 2 * self.heads, "twice its heads")
        if not 0.0 <= self.dropout < 1.0:
            raise NetworkError(f"attention: dropout is {self.dropout}, expected from 0 up to less than 1")


class Attention(nn.Module):
    """What one sequence reads of another, with several heads."""

    def __init__(self, width: int, heads: int, dropout: float = 0.0) -> None:
        """Both sequences have tokens of `width` numbers."""
        super().__init__()
        self.query = nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width)
        self.heads, self.dropout, self.scale = heads, dropout, (width // heads) ** -0.5

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return what tokens `x` read of `memory`; mask (tokens of x, of memory) is true where they may."""
        key, value = self.key_value(memory).chunk(2, dim=-1)
        query, key, value = self._split(self.query(x)), self._split(key), self._split(value)
        dropout = self.dropout if self.training else 0.0
        # The scale is said, or the export would read it off the query's shape, and keys could not be known before it.
        read = F.scaled_dot_product_attention(query, key, value, mask, dropout, scale=self.scale)
        return self.output(read.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        """Return (B, heads, tokens, width / heads)."""
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class FeedForward(nn.Sequential):
    """Linear, four times as wide -> GELU -> Linear."""

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        """Treat each token alone."""
        super().__init__(
            nn.Linear(width, 4 * width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(4 * width, width),
            nn.Dropout(dropout),
        )


class EncoderLayer(nn.Module):
    """Tokens read one another, then each is treated alone."""

    def __init__(self, width: int, heads: int) -> None:
        """Tokens have `width` numbers."""
        super().__init__()
        self.attention_norm, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.forward_norm, self.feed_forward = nn.LayerNorm(width), FeedForward(width)

    def forward(self, x: Tensor) -> Tensor:
        """Return the tokens."""
        normed = self.attention_norm(x)
        x = x + self.attention(normed, normed)
        return x + self.feed_forward(self.forward_norm(x))


class DecoderLayer(nn.Module):
    """Tokens read one another, then a memory, then each is treated alone."""

    def __init__(self, settings: AttentionSettings) -> None:
        """Tokens and memory have the settings' width."""
        super().__init__()
        width, heads, dropout = settings.width, settings.heads, settings.dropout
        self.own_norm, self.own = nn.LayerNorm(width), Attention(width, heads, dropout)
        self.memory_norm, self.memory = nn.LayerNorm(width), Attention(width, heads, dropout)
        self.forward_norm, self.feed_forward = nn.LayerNorm(width), FeedForward(width, dropout)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, memory: Tensor, own_mask: Tensor | None, memory_mask: Tensor | None) -> Tensor:
        """Return the tokens; masks as Attention has them."""
        normed = self.own_norm(x)
        x = x + self.dropout(self.own(normed, normed, own_mask))
        x = x + self.dropout(self.memory(self.memory_norm(x), memory, memory_mask))
        return x + self.feed_forward(self.forward_norm(x))

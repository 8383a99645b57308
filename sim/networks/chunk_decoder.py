"""What transformers on chunks share: positions, the memory of step and observation, layers, first weights."""

import torch
from torch import Tensor, nn

from sim.networks.attention import AttentionSettings, DecoderLayer
from sim.networks.checks import require_multiple

FIRST_DEVIATION = 0.02
"""Of first weights, as GPT has it; biases begin at 0."""


class ChunkDecoder(nn.Module):
    """Tokens of a chunk under a memory: first the step where there is one, then the observation's frames.

    The memory's tokens do not see each other, so each is made alone, once, whatever the others are.
    """

    own_mask: Tensor | None
    memory_mask: Tensor | None

    def __init__(
        self, predicted_steps: int, memory_size: int, settings: AttentionSettings, causal: bool, aligned: bool
    ) -> None:
        """`memory_size` tokens are read; causal and aligned are masks, see TransformerSettings."""
        super().__init__()
        width = settings.width
        self.positions = nn.Parameter(torch.zeros(predicted_steps, width))
        self.memory_positions = nn.Parameter(torch.zeros(memory_size, width))
        self.memory_encoder = nn.Sequential(nn.Linear(width, 4 * width), nn.Mish(), nn.Linear(4 * width, width))
        self.layers = nn.ModuleList(DecoderLayer(settings) for _ in range(settings.layers))
        self.norm = nn.LayerNorm(width)
        self.register_buffer("own_mask", _no_later(predicted_steps, predicted_steps) if causal else None, False)
        # The step comes first and is always read: frame s is token s + 1.
        self.register_buffer("memory_mask", _no_later(predicted_steps, memory_size, 1) if aligned else None, False)

    def encode_memory(self, tokens: Tensor, first: int) -> Tensor:
        """Return tokens (B, m, width) of the memory that stand at `first` and after it, ready to be read."""
        return self.memory_encoder(tokens + self.memory_positions[first : first + tokens.shape[1]])

    def forward(self, tokens: Tensor, memory: Tensor) -> Tensor:
        """Return (B, T_p, width) for the chunk's tokens (B, T_p, width) and a memory (B, memory_size, width)."""
        x = tokens + self.positions
        for layer in self.layers:
            x = layer(x, memory, self.own_mask, self.memory_mask)
        return self.norm(x)


class FrameEmbedding(nn.Module):
    """An observation vector as tokens, one a frame: (B, frames * size) -> (B, frames, width)."""

    def __init__(self, observation_size: int, frames: int, width: int) -> None:
        """Split observations of `observation_size` numbers in `frames`."""
        super().__init__()
        require_multiple("transformer", "observation_size", observation_size, frames, "the frames it is split in")
        self.frames = frames
        self.layer = nn.Linear(observation_size // frames, width)

    def forward(self, observation: Tensor) -> Tensor:
        """Return the tokens."""
        return self.layer(observation.unflatten(-1, (self.frames, -1)))


def draw_first_weights(network: nn.Module) -> None:
    """Draw weights of Linears and positions from N(0, 0.02^2), with biases 0, from torch's global generator."""
    for module in network.modules():
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=FIRST_DEVIATION)
            nn.init.zeros_(module.bias)
        elif isinstance(module, ChunkDecoder):
            nn.init.normal_(module.positions, std=FIRST_DEVIATION)
            nn.init.normal_(module.memory_positions, std=FIRST_DEVIATION)


def _no_later(tokens: int, others: int, shift: int = 0) -> Tensor:
    """Return (tokens, others), true where the other token, moved back by `shift`, is not later."""
    return torch.arange(tokens)[:, None] >= torch.arange(others)[None] - shift

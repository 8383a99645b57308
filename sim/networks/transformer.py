"""A transformer over the chunk's time: the time-series diffusion transformer of Diffusion Policy."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from sim.networks.attention import AttentionSettings
from sim.networks.chunk_decoder import ChunkDecoder, FrameEmbedding, draw_first_weights
from sim.networks.denoiser import DenoiserNetwork
from sim.networks.embedding import SinusoidalEmbedding


@dataclass(frozen=True)
class TransformerSettings:
    """A transformer over the chunk's time, which reads the step and the observation's frames."""

    attention: AttentionSettings = field(default_factory=AttentionSettings)
    """Shape of its layers."""
    causal: bool = True
    """Whether an action sees none of the later ones. Without, it learns to copy from the next, says the paper."""
    aligned_frames: bool = False
    """Whether action t sees the first t + 1 frames only, as in Diffusion Policy's code, where chunks begin with the
    oldest frame. Here they begin with the newest, so every action may see every frame."""

    def build(
        self, predicted_steps: int, dimension: int, observation_size: int, history_steps: int = 1
    ) -> "TransformerDenoiser":
        """Return the network, freshly initialised; the observation is split in `history_steps` frames."""
        return TransformerDenoiser(predicted_steps, dimension, observation_size, self, history_steps)


class TransformerDenoiser(DenoiserNetwork):
    """Actions as tokens that read one another, the step and the frames."""

    def __init__(
        self,
        predicted_steps: int,
        dimension: int,
        observation_size: int,
        settings: TransformerSettings | None = None,
        history_steps: int = 1,
    ) -> None:
        """Build for chunks of `predicted_steps` x `dimension` under `history_steps` frames."""
        super().__init__(predicted_steps, dimension, observation_size)
        settings = settings or TransformerSettings()
        shape = settings.attention
        self.embedding = nn.Linear(dimension, shape.width)
        self.step_embedding = SinusoidalEmbedding(shape.width)
        self.frame_embedding = FrameEmbedding(observation_size, history_steps, shape.width)
        self.decoder = ChunkDecoder(
            predicted_steps, 1 + history_steps, shape, settings.causal, aligned=settings.aligned_frames
        )
        self.head = nn.Linear(shape.width, dimension)
        draw_first_weights(self)

    def encode_step(self, step: Tensor) -> Tensor:
        """Return the first token of the memory, (S, 1, width)."""
        return self.decoder.encode_memory(self.step_embedding(step).unsqueeze(1), 0)

    def encode_observation(self, observation: Tensor) -> Tensor:
        """Return the other tokens of the memory, (B, frames, width)."""
        return self.decoder.encode_memory(self.frame_embedding(observation), 1)

    def denoise(self, sample: Tensor, encoded_step: Tensor, encoded_observation: Tensor) -> Tensor:
        """Return the prediction (B, T_p, dimension)."""
        memory = torch.cat([encoded_step, encoded_observation], dim=1)
        return self.head(self.decoder(self.embedding(sample), memory))

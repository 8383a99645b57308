"""What training, export and benchmarks ask of a denoising network."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from diffpol_ros.policy.runtime.denoiser import INPUTS, OUTPUTS
from sim.networks.onnx_export import export_onnx


class DenoiserNetwork(nn.Module):
    """Predicts from the noisy chunk, the step and the observation vector, all normalised.

    Its three parts may be called apart, so that what depends on the step alone, or on the observation alone, is
    computed once for many samples; `forward` is nothing but the three together.
    """

    def __init__(self, predicted_steps: int, dimension: int, observation_size: int) -> None:
        """Say what goes in: chunks of `predicted_steps` x `dimension`."""
        super().__init__()
        self.chunk_shape = (predicted_steps, dimension)
        self.observation_size = observation_size

    def encode_step(self, step: Tensor) -> Tensor:
        """Return (S, ...) for integer steps (S,)."""
        raise NotImplementedError

    def encode_observation(self, observation: Tensor) -> Tensor:
        """Return (B, ...) for observations (B, observation_size)."""
        return observation

    def denoise(self, sample: Tensor, encoded_step: Tensor, encoded_observation: Tensor) -> Tensor:
        """Return the prediction (B, T_p, dimension): the noise, the clean chunk or a mix, as trained."""
        raise NotImplementedError

    def forward(self, sample: Tensor, step: Tensor, observation: Tensor) -> Tensor:
        """Return the prediction for samples (B, T_p, dimension) at steps (B,) int64 under observations (B, n)."""
        return self.denoise(sample, self.encode_step(step), self.encode_observation(observation))

    def at_steps(self, steps: Tensor, observation: Tensor) -> list[Callable[[Tensor], Tensor]]:
        """Return a function from samples (B, T_p, dimension) to predictions for each of `steps` (S,).

        What depends on step and observation alone is computed here, once for all of them.
        """
        encoded = self.encode_observation(observation)
        rows = (row.expand(len(observation), *row.shape) for row in self.encode_step(steps))
        return [partial(self.denoise, encoded_step=row, encoded_observation=encoded) for row in rows]

    def example_inputs(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return inputs of a batch of one, for tracing."""
        device = next(self.parameters()).device
        return (
            torch.zeros(1, *self.chunk_shape, device=device),
            torch.zeros(1, dtype=torch.int64, device=device),
            torch.zeros(1, self.observation_size, device=device),
        )

    def as_onnx(self, path: Path) -> None:
        """Write the network with the names that the robot's denoiser expects."""
        export_onnx(self, path, self.example_inputs(), list(INPUTS), list(OUTPUTS))

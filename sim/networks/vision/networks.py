"""Denoisers, heads and critics that see images."""

from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from sim.networks.critic import Critic
from sim.networks.denoiser import DenoiserNetwork
from sim.networks.heads.distributions import Gaussian, Mixture
from sim.networks.heads.head import GaussianHead, MixtureHead
from sim.networks.onnx_export import export_onnx
from sim.networks.vision.cameras import CameraEncoders, Necks


class NeckedDenoiser(DenoiserNetwork):
    """A denoiser under the observation vector with features: the denoiser's file of a bundle that has encoders."""

    def __init__(self, necks: Necks, inner: DenoiserNetwork) -> None:
        """`inner` sees what `necks` make of the vector."""
        super().__init__(*inner.chunk_shape, necks.vector_size)
        self.necks, self.inner = necks, inner

    def encode_step(self, step: Tensor) -> Tensor:
        """Return what the inner denoiser makes of steps (S,)."""
        return self.inner.encode_step(step)

    def encode_observation(self, observation: Tensor) -> Tensor:
        """Return what the inner denoiser makes of vectors (B, n + F)."""
        return self.inner.encode_observation(self.necks(observation))

    def denoise(self, sample: Tensor, encoded_step: Tensor, encoded_observation: Tensor) -> Tensor:
        """Return the prediction (B, T_p, dimension)."""
        return self.inner.denoise(sample, encoded_step, encoded_observation)

    def at_steps(self, steps: Tensor, observation: Tensor) -> list[Callable[[Tensor], Tensor]]:
        """Return a function for each step, see DenoiserNetwork."""
        return self.inner.at_steps(steps, self.necks(observation))


class VisionDenoiser(nn.Module):
    """Encoders and a denoiser on what they give.

    `encoders.vector` once a chunk, then `denoiser` at each step is the same as `forward`, and cheaper. Whatever takes
    a DenoiserNetwork and observation vectors takes `denoiser` and these; gradients reach the encoders through them.
    """

    def __init__(self, encoders: CameraEncoders, denoiser: NeckedDenoiser) -> None:
        """Join them."""
        super().__init__()
        self.encoders, self.denoiser = encoders, denoiser

    def forward(self, sample: Tensor, step: Tensor, observation: Tensor, images: Mapping[str, Tensor]) -> Tensor:
        """Return the prediction (B, T_p, dimension) under observations (B, n) and images (B, 3, h, w) by camera."""
        return self.denoiser(sample, step, self.encoders.vector(observation, images))


class NeckedGaussian(GaussianHead):
    """A Gaussian head under the observation vector with features."""

    def __init__(self, necks: Necks, inner: GaussianHead) -> None:
        """`inner` sees what `necks` make of the vector."""
        super().__init__(*inner.chunk_shape, necks.vector_size)
        self.necks, self.inner = necks, inner

    def forward(self, observation: Tensor) -> Gaussian:
        """Return the distribution."""
        return self.inner(self.necks(observation))


class NeckedMixture(MixtureHead):
    """A mixture head under the observation vector with features."""

    def __init__(self, necks: Necks, inner: MixtureHead) -> None:
        """`inner` sees what `necks` make of the vector."""
        super().__init__(*inner.chunk_shape, necks.vector_size)
        self.necks, self.inner, self.modes = necks, inner, inner.modes

    def forward(self, observation: Tensor) -> Mixture:
        """Return the distribution."""
        return self.inner(self.necks(observation))


class VisionHead(nn.Module):
    """Encoders and a head on what they give; as VisionDenoiser."""

    def __init__(self, encoders: CameraEncoders, head: NeckedGaussian | NeckedMixture) -> None:
        """Join them."""
        super().__init__()
        self.encoders, self.head = encoders, head

    def forward(self, observation: Tensor, images: Mapping[str, Tensor]) -> Gaussian | Mixture:
        """Return the distribution under observations (B, n) and images (B, 3, h, w) by camera."""
        return self.head(self.encoders.vector(observation, images))


class VisionCritic(nn.Module):
    """The value of what is observed and seen, with encoders of its own."""

    def __init__(self, encoders: CameraEncoders, necks: Necks, critic: Critic) -> None:
        """`critic` sees what `necks` make of the vector."""
        super().__init__()
        self.encoders, self.necks, self.critic = encoders, necks, critic

    def forward(self, observation: Tensor, images: Mapping[str, Tensor]) -> Tensor:
        """Return the values (B,) of observations (B, n) and images (B, 3, h, w) by camera."""
        return self.judging(self.encoders.vector(observation, images))

    @property
    def judging(self) -> nn.Module:
        """Return what judges vectors with features: (B, n + F) -> (B,)."""
        return nn.Sequential(self.necks, self.critic)

    def as_onnx(self, path: Path) -> None:
        """Write `judging`: observation (B, n + F) -> value (B,); `encoders` have files of their own."""
        example = torch.zeros(1, self.necks.vector_size, device=next(self.parameters()).device)
        export_onnx(self.judging, path, (example,), ["observation"], ["value"])

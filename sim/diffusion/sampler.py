"""DDIM with a torch network, step by step the scheduler of the robot."""

import torch
from torch import Tensor, nn

from diffpol_ros.policy.diffusion import Diffusion
from diffpol_ros.policy.scheduler import DdimScheduler, Level


def ddim_step(diffusion: Diffusion, level: Level, output: Tensor, sample: Tensor) -> Tensor:
    """Return the less noisy sample that follows `sample`; as `DdimScheduler.step`, on tensors."""
    if diffusion.prediction == "epsilon":
        clean, epsilon = (sample - level.noise * output) / level.signal, output
    else:
        clean, epsilon = output, (sample - level.signal * output) / level.noise
    clean = clean.clamp(-diffusion.clip, diffusion.clip)
    if diffusion.recompute_epsilon:
        epsilon = (sample - level.signal * clean) / level.noise
    return level.next_signal * clean + level.next_noise * epsilon


@torch.no_grad()
def sample_ddim(network: nn.Module, diffusion: Diffusion, observation: Tensor, noise: Tensor) -> Tensor:
    """Return the normalised chunks (B, T_p, d) that `noise` becomes under normalised observations (B, n)."""
    sample = noise
    for level in DdimScheduler(diffusion).levels:
        step = torch.full((len(sample),), level.timestep, dtype=torch.int64, device=sample.device)
        sample = ddim_step(diffusion, level, network(sample, step, observation), sample)
    return sample

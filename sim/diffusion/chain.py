"""The sampler's loop with everything that it passes through."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.diffusion.persistence import lasting
from sim.diffusion.sampler import draw_steps

Network = Callable[[Tensor], Tensor]
"""What the network of one step says of noisy chunks (B, T_p, a), under the observations it was made for."""


@dataclass(frozen=True, eq=False)
class Chain:
    """samples: the start, then what each of S steps led to; outputs: what the networks said; all (B, T_p, a)."""

    samples: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]


class ChainSampler:
    """Draws chains as `diffusion` says.

    The noise of the last step lasts from action to action by `persistence`; `quiet` numbers of an action have none.
    """

    def __init__(self, diffusion: Diffusion, persistence: float = 0.0, quiet: Sequence[int] = ()) -> None:
        """Work out the steps, once."""
        self._quiet = list(quiet)
        self.diffusion, self.steps, self._persistence = diffusion, sampling_steps(diffusion), persistence
        self._noisy = any(step.deviation for step in self.steps)

    def draw(
        self, networks: Sequence[Network], shape: Sequence[int], like: Tensor, generator: torch.Generator
    ) -> Chain:
        """Return chains of `shape` (B, T_p, a) on the device and in the type of `like`; one network a step."""
        start = torch.randn(tuple(shape), generator=generator).to(like)
        if not self._noisy:
            return self.follow(networks, start, None)
        draws = draw_steps(self.diffusion, shape, generator).to(like)
        draws[-1] = lasting(draws[-1], self._persistence)
        draws[-1, ..., self._quiet] = 0.0
        return self.follow(networks, start, draws)

    def follow(self, networks: Sequence[Network], start: Tensor, draws: Tensor | None) -> Chain:
        """Return the chains from `start`; `draws` (S, B, T_p, a) may be None where no step has noise."""
        samples, outputs = [start], []
        for number, (network, step) in enumerate(zip(networks, self.steps, strict=True)):
            sample = samples[-1]
            output = network(sample)
            clean = step.clean(sample, output, self.diffusion.clip)
            samples.append(step.next(sample, output, clean, None if draws is None else draws[number]))
            outputs.append(output)
        return Chain(tuple(samples), tuple(outputs))

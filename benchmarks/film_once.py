"""What it saves a U-Net to encode step and observation once for all denoising steps: `python -m benchmarks.film_once`.

Rivals denoise the same chunks in torch, step by step, with the same weights: plain asks the whole network at each
step, prepared asks for all steps' encodings first. CPU time of one thread; only the ratios mean anything.
"""

import time
from dataclasses import dataclass

import torch
import tyro
from torch import Tensor

from benchmarks.timing import interleaved, print_table
from sim.networks.unet import UnetDenoiser, furniture_unet


@dataclass(frozen=True)
class Arguments:
    """Time a U-Net with and without encodings that are made once a chunk."""

    rounds: int = 15
    """Chunks of each rival."""
    steps: tuple[int, ...] = (5, 20)
    """Denoising steps a chunk."""
    batches: tuple[int, ...] = (1, 10)
    """Chunks that are denoised together."""


@dataclass(frozen=True, eq=False)
class Case:
    """A network and what it is asked; both rivals do nothing with their predictions but take them as next samples."""

    network: UnetDenoiser
    sample: Tensor
    observation: Tensor
    steps: Tensor

    @torch.inference_mode()
    def plain(self) -> Tensor:
        """Return the last prediction, the whole network asked at each step."""
        sample = self.sample
        for step in self.steps:
            sample = self.network(sample, step.expand(len(sample)), self.observation)
        return sample

    @torch.inference_mode()
    def prepared(self) -> Tensor:
        """Return the last prediction, all encodings made before."""
        sample = self.sample
        for predict in self.network.at_steps(self.steps, self.observation):
            sample = predict(sample)
        return sample


def furniture_case(steps: int, batch: int) -> Case:
    """Return DPPO's furniture network, 16 x 10 actions under 58 numbers."""
    torch.manual_seed(0)
    network = UnetDenoiser(16, 10, 58, furniture_unet()).eval()
    levels = torch.arange(steps).flip(0) * (100 // steps)
    return Case(network, torch.randn(batch, 16, 10), torch.rand(batch, 58), levels)


def main(arguments: Arguments) -> None:
    """Time and print."""
    torch.set_num_threads(1)
    for steps in arguments.steps:
        for batch in arguments.batches:
            case = furniture_case(steps, batch)
            difference = float((case.plain() - case.prepared()).abs().max())
            rivals = {"plain": case.plain, "prepared": case.prepared}
            times = interleaved(rivals, arguments.rounds, warm_up=2, clock_ns=time.process_time_ns)
            print_table(f"{steps} steps, {batch} chunks; greatest difference {difference:.1e}", times)


if __name__ == "__main__":
    main(tyro.cli(Arguments))

"""One update of behaviour cloning against the plain loop of DPPO's reference, in processor time.

The plain loop is the way it is commonly written: windows stacked one by one and collated, AdamW as torch comes, the
loss read at each step, an average that makes every weight anew at each tenth.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
import tyro
from torch import Tensor

from sim.algorithms.bc import BehaviourCloning, PretrainSettings
from sim.data.about import About
from sim.data.dataset import Dataset
from sim.diffusion.process import DiffusionProcess
from sim.presets.pretrain import PRETRAIN_PRESETS

Batches = Iterator[tuple[Tensor, Tensor]]


@dataclass(frozen=True)
class Arguments:
    """Time one update, ours and the plain one in turn."""

    presets: tuple[str, ...] = ("block", "hopper")
    """What is trained."""
    rounds: int = 30
    """Updates of each."""
    frames: int = 20_000
    """Of the made-up data."""


def made_up(settings: PretrainSettings, frames: int) -> Dataset:
    """Return random data of the policy's sizes, in episodes of 200 frames."""
    random, sizes = np.random.default_rng(0), settings.policy.sizes
    ends = np.arange(200, frames + 1, 200)
    states = random.uniform(-1.0, 1.0, (1, frames, sizes.frame)).astype(np.float32)
    actions = random.uniform(-1.0, 1.0, (frames, sizes.action)).astype(np.float32)
    empty = np.zeros(frames, np.float32)
    about = About(settings.policy.task, 10.0)
    return Dataset(states, actions, empty, ends, np.arange(len(ends)), np.zeros(len(ends), np.bool_), about)


def plain_batches(settings: PretrainSettings, data: Dataset) -> Batches:
    """Yield observations and chunks, made window by window."""
    policy, size = settings.policy, settings.optimiser.batch_size
    states, actions = torch.from_numpy(data.states[0]), torch.from_numpy(data.actions)
    starts = [
        (frame, frame - first)
        for first, end in zip(data.starts, data.ends, strict=True)
        for frame in range(first, end - policy.predicted_steps + 1)
    ]
    while True:
        order = torch.randperm(len(starts)).tolist()
        for place in range(0, len(order) - size + 1, size):
            windows = [starts[index] for index in order[place : place + size]]
            pasts = [
                torch.stack([states[frame - min(age, back)] for back in reversed(range(policy.history_steps))])
                for frame, age in windows
            ]
            chunks = [actions[frame : frame + policy.predicted_steps] for frame, _ in windows]
            yield torch.stack(pasts).flatten(1), torch.stack(chunks)


def plain_update(settings: PretrainSettings, data: Dataset) -> Callable[[], float]:
    """Return a function that does one update the plain way."""
    torch.manual_seed(0)
    network, average = settings.policy.build(), settings.policy.build()
    process, batches = DiffusionProcess(settings.policy.diffusion()), plain_batches(settings, data)
    optimiser = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=1e-6)
    generator, count = torch.Generator().manual_seed(0), iter(range(10**9))

    def update() -> float:
        observations, chunks = next(batches)
        loss = process.loss(network, chunks, observations, generator)
        loss.backward()
        value = loss.item()
        optimiser.step()
        optimiser.zero_grad()
        if next(count) % 10 == 0:
            for mine, theirs in zip(average.parameters(), network.parameters(), strict=True):
                mine.data = mine.data * 0.995 + 0.005 * theirs.data
        return value

    return update


def times(rivals: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median processor time of a call of each [ms], one call of each a round, in changing order."""
    order, names = np.random.default_rng(0), list(rivals)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for index in range(rounds + 3):
        for place in order.permutation(len(names)):
            began = time.process_time()
            rivals[names[place]]()
            if index >= 3:
                taken[names[place]].append(1e3 * (time.process_time() - began))
    return {name: float(np.median(values)) for name, values in taken.items()}


def main(arguments: Arguments) -> None:
    """Print a table."""
    torch.set_num_threads(1)
    print(f"one update, median of {arguments.rounds}, processor time of one thread")
    for name in arguments.presets:
        settings = PRETRAIN_PRESETS[name].arguments.settings
        data = made_up(settings, arguments.frames)
        ours = BehaviourCloning(settings, data, torch.device("cpu"))
        taken = times({"plain": plain_update(settings, data), "ours": ours.update}, arguments.rounds)
        ratio = taken["ours"] / taken["plain"]
        print(f"  {name:<8} plain {taken['plain']:.1f} ms, ours {taken['ours']:.1f} ms, ratio {ratio:.2f}")


if __name__ == "__main__":
    main(tyro.cli(Arguments))

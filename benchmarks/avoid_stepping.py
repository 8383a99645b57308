"""Steps a second of one core in Avoid: worlds in MuJoCo's threads, and a loop over one world after another."""

from dataclasses import dataclass
from functools import partial

import numpy as np
import tyro

from benchmarks.env_stepping import Chunks, ours, print_times, step_ours, take_turns
from sim.envs.vector import VectorEnvironment


@dataclass(frozen=True)
class Arguments:
    """How much."""

    worlds: int = 50
    """Worlds of each rival; DPPO's experiments have 50."""
    chunks: int = 25
    """Chunks of four actions a turn."""
    rounds: int = 5
    """Turns of each rival."""
    threads: int = 2
    """Of the rival that has several."""


def step_each(environments: list[VectorEnvironment], chunks: Chunks) -> int:
    """Step one world after another through its part of `chunks` (T, N, 4, a); return the steps made."""
    return sum(step_ours(each, chunks[:, index : index + 1]) for index, each in enumerate(environments))


def main(arguments: Arguments) -> None:
    """Print a table."""
    worlds, threads = arguments.worlds, arguments.threads
    rivals = {
        "together, 1 thread": partial(step_ours, ours("avoid_m1", worlds, 1)),
        f"together, {threads} threads": partial(step_ours, ours("avoid_m1", worlds, threads)),
        "one after another": partial(step_each, [ours("avoid_m1", 1, 1) for _ in range(worlds)]),
    }
    shape = (arguments.chunks, worlds, 4, 2)
    chunks = np.random.default_rng(0).normal(0.0, 0.004, shape).astype(np.float32)
    print_times(f"avoid, {worlds} worlds", take_turns(rivals, chunks, arguments.rounds))


if __name__ == "__main__":
    main(tyro.cli(Arguments))

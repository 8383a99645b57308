"""Steps a second of one core, by CPU time of all processes: our worlds and gymnasium's, in turn within one run.

The same random actions for all; episodes that end begin anew. CPU time, since rivals that wait for one another's
processes must not gain by it. Linux only: the times of processes are read from /proc.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import gymnasium
import numpy as np
import tyro
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv, VectorEnv
from numpy.typing import NDArray

from diffpol_ros.twin.simulation import Simulation
from sim.envs.vector import VectorEnvironment
from sim.tasks.registry import task_named

GYMNASIUM = {"hopper": "Hopper-v5", "walker": "Walker2d-v5", "cheetah": "HalfCheetah-v5"}
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
TICKS_A_STEP = 100
Chunks = NDArray[np.float32]
Rival = Callable[[Chunks], int]


@dataclass(frozen=True)
class Arguments:
    """How much."""

    worlds: int = 40
    """Worlds of each rival."""
    chunks: int = 50
    """Chunks of four actions a turn."""
    rounds: int = 5
    """Turns of each rival."""
    threads: int = 2
    """Of the rival that has several."""
    tasks: tuple[str, ...] = ("hopper", "walker", "cheetah")
    """Which walkers."""
    blocks: int = 4
    """Worlds of the block task; 0: leave it out."""


def processes_time() -> float:
    """Return the CPU time of this process and its living children [s]."""
    spent = time.process_time()
    for child in multiprocessing.active_children():
        fields = Path(f"/proc/{child.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        spent += (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND
    return spent


def step_ours(environment: VectorEnvironment, chunks: Chunks) -> int:
    """Step through `chunks` (T, N, 4, a); return the steps made: a chunk goes no further than an end."""
    return sum(int(environment.step(chunk).steps.sum()) for chunk in chunks)


def step_theirs(environment: VectorEnv, chunks: Chunks) -> int:
    """Step through `chunks` (T, N, 4, a); return the steps made: after an end a step only resets."""
    steps, count = 0, chunks.shape[1]
    for actions in chunks.swapaxes(1, 2).reshape(-1, count, chunks.shape[-1]):
        _, _, terminated, truncated, _ = environment.step(actions)
        steps += count - int((terminated | truncated).sum())
    return steps


def step_physics(simulation: Simulation, chunks: Chunks) -> int:
    """Let as much time pass as for `chunks` (T, N, 8, a), with nobody in control; return the steps."""
    steps = int(np.prod(chunks.shape[:3]))
    simulation.advance(steps * TICKS_A_STEP)
    return steps


def ours(name: str, worlds: int, threads: int) -> VectorEnvironment:
    """Return our environment, begun."""
    environment = VectorEnvironment(task_named(name).worlds(worlds, workers=threads))
    environment.reset(0)
    return environment


def theirs(kind: type[VectorEnv], name: str, worlds: int) -> VectorEnv:
    """Return gymnasium's, begun."""
    environment = kind([partial(gymnasium.make, GYMNASIUM[name], disable_env_checker=True)] * worlds)  # type: ignore[call-arg]
    environment.reset(seed=0)
    return environment


def take_turns(rivals: Mapping[str, Rival], chunks: Chunks, rounds: int) -> dict[str, float]:
    """Return each rival's median CPU time of a step [s]; each round has an order of its own."""
    times: dict[str, list[float]] = {name: [] for name in rivals}
    names, order = list(rivals), np.random.default_rng(0)
    for turn in range(rounds + 1):
        for place in order.permutation(len(names)):
            name, before = names[place], processes_time()
            steps = rivals[name](chunks)
            if turn:
                times[name].append((processes_time() - before) / steps)
    return {name: float(np.median(each)) for name, each in times.items()}


def print_times(title: str, times: Mapping[str, float]) -> None:
    """Print each rival's steps a second of one core, and its CPU time [s] a step against the first one's."""
    reference = next(iter(times.values()))
    print(f"\n{title}\n  {'':<26} steps/s a core    ms a step   against the first")
    for rival, spent in times.items():
        print(f"  {rival:<26} {1.0 / spent:>14,.0f} {1e3 * spent:>12.3f} {spent / reference:>19.2f}")


def compare(name: str, arguments: Arguments) -> None:
    """Print a table of the rivals at one task."""
    worlds = arguments.worlds
    plain, threaded = ours(name, worlds, 1), ours(name, worlds, arguments.threads)
    sync, processes = theirs(SyncVectorEnv, name, worlds), theirs(AsyncVectorEnv, name, worlds)
    rivals: dict[str, Rival] = {
        "ours, 1 thread": partial(step_ours, plain),
        f"ours, {arguments.threads} threads": partial(step_ours, threaded),
        "gymnasium SyncVectorEnv": partial(step_theirs, sync),
        "gymnasium AsyncVectorEnv": partial(step_theirs, processes),
    }
    shape = (arguments.chunks, worlds, 4, plain.action_size)
    chunks = np.random.default_rng(0).uniform(-1.0, 1.0, shape).astype(np.float32)
    print_times(f"{name}, {worlds} worlds", take_turns(rivals, chunks, arguments.rounds))
    for environment in (plain, threaded, sync, processes):
        environment.close()


def compare_blocks(arguments: Arguments) -> None:
    """Print what a step of the block task costs, in one process and in several, and of that its physics."""
    count, processes = arguments.blocks, arguments.threads
    alone, shared = (VectorEnvironment(task_named("block").worlds(count, workers=each)) for each in (1, processes))
    hands = alone.reset(0)[:, :10]
    shared.reset(0)
    random = np.random.default_rng(0)
    moves = np.zeros((arguments.rounds, count, 8, 10), np.float32)
    moves[..., :3] = random.uniform(-0.01, 0.01, (*moves.shape[:3], 3)).cumsum(axis=2)
    chunks = hands[:, None] + moves
    rivals: dict[str, Rival] = {
        "1 process": partial(step_ours, alone),
        f"{processes} processes": partial(step_ours, shared),
        "physics alone": partial(step_physics, Simulation()),
    }
    print_times(f"block, {count} worlds", take_turns(rivals, chunks, arguments.rounds))
    alone.close()
    shared.close()


def main(arguments: Arguments) -> None:
    """Compare at each task."""
    for name in arguments.tasks:
        compare(name, arguments)
    if arguments.blocks:
        compare_blocks(arguments)


if __name__ == "__main__":
    main(tyro.cli(Arguments))

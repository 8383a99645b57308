"""The block's fast worlds against the exact ones: processor time of a step, and how far the same actions lead apart.

The expert's actions, each episode's with an error of its own that lasts, so that about half of the grasps fail.
"""

import time
from dataclasses import dataclass

import numpy as np
import tyro
from numpy.typing import NDArray

from diffpol_ros.twin.settings import SimulationSettings
from sim.demos.disturbance import DisturbanceSettings
from sim.demos.record import Recorder, RecordSettings
from sim.envs.block_fast.worlds import FastBlockWorlds
from sim.envs.block_numbers import BLOCK, HAND
from sim.envs.block_worlds import BlockWorlds, BlockWorldsSettings
from sim.envs.worlds import Vectors
from sim.tasks.block import BLOCK_LIFT

HORIZON, EXECUTED = 16, 8


@dataclass(frozen=True)
class Arguments:
    """How much."""

    episodes: int = 32
    """Played in both, at once."""
    error: float = 0.008
    """Standard deviation along x and y of what an episode's actions are off by [m]."""


@dataclass(frozen=True, eq=False)
class Played:
    """What came of it: frames (T + 1, N, d), who succeeded (N,), processor time of a step of one world [ms]."""

    frames: Vectors
    succeeded: NDArray[np.bool_]
    milliseconds: float


def main(arguments: Arguments) -> None:
    """Play in both and print."""
    seeds, actions = expert_actions(arguments)
    exact = play(BlockWorlds(BlockWorldsSettings(), len(seeds)), seeds, actions)
    fast = play(BLOCK_LIFT.fast_worlds(len(seeds)), seeds, actions)
    print(f"step of a world  {exact.milliseconds:.2f} ms, fast {fast.milliseconds:.2f} ms of processor time", end="")
    print(f", {exact.milliseconds / fast.milliseconds:.1f} times")
    for name, numbers in (("hand", HAND), ("block", BLOCK)):
        apart = 1e3 * np.linalg.norm(exact.frames[..., numbers] - fast.frames[..., numbers], axis=-1)
        print(f"{name:5} apart      median {np.median(apart):.2f} mm, p99 {np.quantile(apart, 0.99):.2f} mm")
    same = int((exact.succeeded == fast.succeeded).sum())
    print(f"lifted           {exact.succeeded.sum()} of {len(seeds)}, fast {fast.succeeded.sum()}; {same} alike")


def expert_actions(arguments: Arguments) -> tuple[NDArray[np.int64], Vectors]:
    """Return seeds (N,) and the expert's actions with errors (N, T, 10), the last one repeated to the end."""
    settings = RecordSettings(SimulationSettings(), disturbance=DisturbanceSettings(quiet=1.0), views=1)
    recorder, random = Recorder(settings), np.random.default_rng(0)
    episodes = [recorder.record(seed) for seed in range(arguments.episodes)]
    kept = [episode for episode in episodes if episode is not None]
    length = max(len(episode.actions) for episode in kept) + HORIZON
    actions = np.stack([np.pad(one.actions, ((0, length - len(one.actions)), (0, 0)), mode="edge") for one in kept])
    actions[:, :, :2] += arguments.error * random.standard_normal((len(kept), 1, 2))
    return np.array([episode.seed for episode in kept]), actions.astype(np.float32)


def play(worlds: BlockWorlds | FastBlockWorlds, seeds: NDArray[np.int64], actions: Vectors) -> Played:
    """Return what `actions` (N, T, 10) lead to."""
    everywhere, steps = np.ones(len(seeds), bool), actions.shape[1] - HORIZON
    frames, succeeded = [worlds.reset(everywhere, seeds)], np.zeros(len(seeds), bool)
    began = time.process_time()
    for step in range(steps):
        if step % EXECUTED == 0:
            worlds.plan(actions[:, step : step + HORIZON], everywhere)
        happened = worlds.step(actions[:, step], everywhere)
        frames.append(happened.observations)
        succeeded |= happened.succeeded
    spent = time.process_time() - began
    return Played(np.stack(frames), succeeded, 1e3 * spent / steps / len(seeds))


if __name__ == "__main__":
    main(tyro.cli(Arguments))

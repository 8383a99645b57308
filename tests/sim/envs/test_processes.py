"""Worlds in processes of their own."""

import numpy as np
import pytest

from sim.envs.locomotion import LocomotionWorlds
from sim.envs.processes import ProcessWorlds
from sim.envs.worlds import Flags, Happened, Vectors, Worlds
from sim.errors import SimulationError
from sim.tasks.hopper import HOPPER


def hoppers(count: int) -> LocomotionWorlds:
    return LocomotionWorlds(HOPPER.walker, count)


class Fragile(LocomotionWorlds):
    """A step that is asked for 2 fails on purpose, one that is asked for 3 ends the process."""

    def __init__(self, count: int) -> None:
        super().__init__(HOPPER.walker, count)

    def step(self, actions: Vectors, active: Flags) -> Happened:
        if (actions == 2.0).any():
            raise SimulationError("there is no such thing")
        if (actions == 3.0).any():
            raise SystemExit(7)
        return super().step(actions, active)


def rollout(worlds: Worlds) -> Vectors:
    everywhere, frames = np.ones(3, bool), []
    frames.append(worlds.reset(everywhere, np.array([1, 2, 3])))
    random = np.random.default_rng(0)
    for _ in range(10):
        actions = random.uniform(-1.0, 1.0, (3, worlds.action_size)).astype(np.float32)
        frames.append(worlds.step(actions, np.array([True, True, False])).observations)
    return np.stack(frames)


def test_processes_change_no_bit():
    shared = ProcessWorlds(hoppers, 3, 2)
    try:
        assert (shared.observation_size, shared.action_size, shared.step_limit) == (11, 3, 1000)
        np.testing.assert_array_equal(rollout(shared), rollout(hoppers(3)))
    finally:
        shared.close()


def test_errors_on_purpose_come_back_and_the_end_of_a_process_is_told():
    worlds = ProcessWorlds(Fragile, 2, 2)
    everywhere = np.ones(2, bool)
    try:
        worlds.reset(everywhere, np.array([1, 2]))
        with pytest.raises(SimulationError, match="there is no such thing"):
            worlds.step(np.array([[2.0] * 3, [0.0] * 3], np.float32), everywhere)
        frames = worlds.reset(everywhere, np.array([1, 2]))
        still = worlds.step(np.ones((2, 3), np.float32), np.zeros(2, bool))
        np.testing.assert_array_equal(still.observations, frames)
        with pytest.raises(SimulationError, match="worlds 0 to 0 has ended with exit status 7"):
            worlds.step(np.full((2, 3), 3.0, np.float32), everywhere)
    finally:
        worlds.close()

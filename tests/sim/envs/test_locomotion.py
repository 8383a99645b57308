"""Planar walkers against gymnasium's own."""

import gymnasium
import numpy as np
import pytest

from sim.envs.dynamics import DynamicsRanges
from sim.envs.locomotion import LocomotionWorlds
from sim.envs.worlds import Vectors
from sim.tasks.locomotion import LocomotionTask
from sim.tasks.registry import task_named

RIVALS = (("hopper", "Hopper-v5"), ("walker", "Walker2d-v5"), ("cheetah", "HalfCheetah-v5"))


def task(name: str) -> LocomotionTask:
    found = task_named(name)
    assert isinstance(found, LocomotionTask)
    return found


def rollout(worlds: LocomotionWorlds, seeds: list[int], steps: int) -> Vectors:
    """Return frames (steps + 1, N, d) under the actions of each world's seed."""
    everywhere = np.ones(worlds.count, bool)
    randoms = [np.random.default_rng(seed) for seed in seeds]
    frames = [worlds.reset(everywhere, np.array(seeds))]
    for _ in range(steps):
        actions = np.stack([random.uniform(-1.0, 1.0, worlds.action_size) for random in randoms])
        frames.append(worlds.step(actions.astype(np.float32), everywhere).observations)
    return np.stack(frames)


@pytest.mark.parametrize(("name", "rival"), RIVALS)
def test_rollouts_are_gymnasiums(name: str, rival: str):
    worlds, theirs = task(name).worlds(2), gymnasium.make(rival).unwrapped
    active, actions = np.array([False, True]), np.zeros((2, worlds.action_size), np.float32)
    ends = 0
    for seed in range(4):
        random = np.random.default_rng(seed)
        frame, _ = theirs.reset(seed=seed)
        np.testing.assert_array_equal(worlds.reset(active, np.full(2, seed))[1], frame.astype(np.float32))
        for _ in range(60):
            actions[1] = random.uniform(-1.3, 1.3, worlds.action_size)
            happened = worlds.step(actions, active)
            frame, reward, terminated, _, _ = theirs.step(actions[1])
            np.testing.assert_allclose(happened.observations[1], frame, rtol=0, atol=1e-6)
            assert happened.rewards[1] == pytest.approx(reward, abs=1e-6)
            assert happened.terminated[1] == terminated
            if terminated:
                ends += 1
                break
    assert ends or name == "cheetah"


@pytest.mark.parametrize(("name", "sizes"), [("hopper", (11, 3)), ("walker", (17, 6)), ("cheetah", (17, 6))])
def test_sizes_are_the_papers(name: str, sizes: tuple[int, int]):
    worlds = task(name).worlds(1)
    assert (worlds.observation_size, worlds.action_size) == sizes == (task(name).frame_size, task(name).action_size)
    assert worlds.step_limit == 1000


@pytest.mark.parametrize("name", ["hopper", "cheetah"])
def test_neither_threads_nor_other_worlds_change_a_bit(name: str):
    walker = task(name).walker
    many = rollout(LocomotionWorlds(walker, 5, threads=3), [1, 2, 3, 4, 5], 40)
    few = rollout(LocomotionWorlds(walker, 2, threads=1), [3, 5], 40)
    np.testing.assert_array_equal(many[:, [2, 4]], few)


def test_an_earlier_episode_leaves_nothing_behind():
    worlds = LocomotionWorlds(task("hopper").walker, 1, dynamics=DynamicsRanges(mass=0.3, friction=0.3))
    first = rollout(worlds, [1], 30)
    rollout(worlds, [2], 50)
    np.testing.assert_array_equal(rollout(worlds, [1], 30), first)


def test_a_world_that_is_not_active_stands_still():
    worlds = LocomotionWorlds(task("hopper").walker, 2)
    before = worlds.reset(np.ones(2, bool), np.array([1, 2]))
    happened = worlds.step(np.ones((2, 3), np.float32), np.array([True, False]))
    np.testing.assert_array_equal(happened.observations[1], before[1])
    assert (happened.observations[0] != before[0]).any()


def test_a_hopper_that_falls_ends_its_episode():
    worlds = LocomotionWorlds(task("hopper").walker, 1)
    worlds.reset(np.ones(1, bool), np.array([0]))
    for _ in range(200):
        happened = worlds.step(np.ones((1, 3), np.float32), np.ones(1, bool))
        if happened.terminated[0]:
            break
    assert happened.terminated[0]
    assert happened.observations[0, 0] <= 0.7 or abs(happened.observations[0, 1]) >= 0.2


def test_a_cheetah_never_ends_by_itself():
    worlds = LocomotionWorlds(task("cheetah").walker, 1)
    worlds.reset(np.ones(1, bool), np.array([0]))
    random = np.random.default_rng(0)
    for _ in range(300):
        actions = random.uniform(-1.0, 1.0, (1, 6)).astype(np.float32)
        assert not worlds.step(actions, np.ones(1, bool)).terminated[0]

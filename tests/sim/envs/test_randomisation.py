"""Noise and delays around worlds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.policy.manifest.specs import Limits
from sim.envs.dynamics import DynamicsRanges
from sim.envs.randomisation import RandomisationSettings, RandomisedWorlds
from sim.envs.worlds import Flags, Happened, Seeds, Vectors
from sim.errors import SimulationError
from sim.tasks.registry import task_named

FRAME, ACTION = Limits((0.0,), (100.0,)), Limits((-3.0,), (1.0,))
QUIET = RandomisationSettings(action_noise=0.0)


class EchoWorlds:
    """The frame is how many steps were made; what was done is remembered."""

    observation_size, action_size, step_limit = 1, 1, 1000

    def __init__(self, count: int) -> None:
        self.count = count
        self.ages = np.zeros((count, 1), np.float32)
        self.done: list[Vectors] = []

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        self.ages[which] = 0
        return self.ages.copy()

    def step(self, actions: Vectors, active: Flags) -> Happened:
        self.done.append(actions.copy())
        self.ages[active] += 1
        nothing = np.zeros(self.count, bool)
        return Happened(self.ages.copy(), actions[:, 0], nothing, nothing)

    def close(self) -> None: ...


def run(randomisation: RandomisationSettings, seeds: list[int], steps: int = 12) -> tuple[Vectors, Vectors]:
    """Return what was seen (steps + 1, N) and done (steps, N) where step n was to do n + 1."""
    echo = EchoWorlds(len(seeds))
    worlds = RandomisedWorlds(echo, randomisation, FRAME, ACTION)
    everywhere = np.ones(len(seeds), bool)
    seen = [worlds.reset(everywhere, np.array(seeds))]
    for step in range(steps):
        actions = np.full((len(seeds), 1), step + 1, np.float32)
        seen.append(worlds.step(actions, everywhere).observations)
    return np.stack(seen)[:, :, 0], np.stack(echo.done)[:, :, 0]


def test_without_noise_and_delay_nothing_changes():
    seen, done = run(QUIET, [0, 1])
    np.testing.assert_array_equal(seen[:, 0], range(13))
    np.testing.assert_array_equal(done[:, 1], range(1, 13))


def test_noise_is_of_the_size_asked_for_in_shares_of_half_the_range():
    randomisation = RandomisationSettings(action_noise=0.03, frame_noise=0.1)
    seen, done = run(randomisation, list(range(200)))
    assert np.std(seen - np.arange(13)[:, None]) == pytest.approx(0.1 * 50.0, rel=0.05)
    assert np.std(done - np.arange(1, 13)[:, None]) == pytest.approx(0.03 * 2.0, rel=0.05)


@settings(max_examples=20, derandomize=True, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 5), st.integers(1, 5))
def test_delays_are_constant_within_an_episode_and_at_most_as_asked(seed: int, most_action: int, most_frame: int):
    late = replace(QUIET, most_action_delay=most_action, most_frame_delay=most_frame)
    seen, done = run(late, [seed])
    frame_delay, action_delay = 12 - int(seen[-1, 0]), 12 - int(done[-1, 0])
    assert frame_delay <= most_frame and action_delay <= most_action
    np.testing.assert_array_equal(seen[:, 0], np.maximum(np.arange(13) - frame_delay, 0))
    expected = np.arange(1, 13) - action_delay
    np.testing.assert_array_equal(done[:, 0], np.where(expected > 0, expected, -1.0))


def test_all_delays_happen():
    seen, done = run(replace(QUIET, most_action_delay=2, most_frame_delay=3), list(range(60)))
    assert set(12 - done[-1]) == {0, 1, 2}
    assert set(12 - seen[-1]) == {0, 1, 2, 3}


def test_an_episode_depends_on_its_seed_alone():
    randomisation = RandomisationSettings(0.03, 0.1, most_action_delay=3, most_frame_delay=3)
    together, done_together = run(randomisation, [7, 8, 9])
    alone, done_alone = run(randomisation, [9])
    np.testing.assert_array_equal(together[:, 2:], alone)
    np.testing.assert_array_equal(done_together[:, 2:], done_alone)
    assert (together[:, 0] != together[:, 1]).any()


def test_a_world_that_stands_still_draws_nothing():
    randomisation = RandomisationSettings(0.03, 0.1)
    worlds, free = (RandomisedWorlds(EchoWorlds(2), randomisation, FRAME, ACTION) for _ in range(2))
    action, both, first = np.zeros((2, 1), np.float32), np.ones(2, bool), np.array([True, False])
    for each in (worlds, free):
        each.reset(both, np.array([1, 2]))
    worlds.step(action, first)
    np.testing.assert_array_equal(worlds.step(action, both).observations[1], free.step(action, both).observations[1])


def test_rewards_are_of_what_was_really_done():
    worlds = RandomisedWorlds(EchoWorlds(1), RandomisationSettings(1.0), FRAME, ACTION)
    worlds.reset(np.ones(1, bool), np.array([0]))
    happened = worlds.step(np.zeros((1, 1), np.float32), np.ones(1, bool))
    assert happened.rewards[0] != 0.0


@pytest.mark.parametrize("name", ["hopper", "cheetah"])
def test_dynamics_differ_between_episodes_and_not_between_worlds(name: str):
    randomisation = replace(QUIET, dynamics=DynamicsRanges(0.3, 0.3, 0.3, 0.3))
    worlds = task_named(name).worlds(3, randomisation)
    plain = task_named(name).worlds(1)
    ones = np.ones((3, worlds.action_size), np.float32)
    worlds.reset(np.ones(3, bool), np.array([5, 6, 5]))
    plain.reset(np.ones(1, bool), np.array([5]))
    for _ in range(5):
        seen = worlds.step(ones, np.ones(3, bool)).observations
        nominal = plain.step(ones[:1], np.ones(1, bool)).observations
    np.testing.assert_array_equal(seen[0], seen[2])
    assert np.abs(seen[0] - seen[1]).max() > 1e-3 and np.abs(seen[0] - nominal[0]).max() > 1e-3


def test_what_a_task_cannot_do_is_refused():
    with pytest.raises(SimulationError, match="estimator_noise 'default', but the task has no cameras"):
        task_named("hopper").worlds(1, RandomisationSettings(estimator_noise="default"))
    with pytest.raises(SimulationError, match="cannot be varied"):
        RandomisedWorlds(EchoWorlds(1), replace(QUIET, dynamics=DynamicsRanges(0.1)), FRAME, ACTION)


def test_settings_that_mean_nothing_are_refused():
    with pytest.raises(SimulationError, match="frame_noise is -1"):
        RandomisationSettings(frame_noise=-1.0)
    with pytest.raises(SimulationError, match="mass is 1"):
        DynamicsRanges(mass=1.0)

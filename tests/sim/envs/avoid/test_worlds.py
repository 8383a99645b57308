"""The tables of Avoid."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.envs.avoid.course import START
from sim.envs.avoid.settings import AvoidSettings
from sim.envs.avoid.worlds import LONGEST_MOVE, PENALTY, AvoidWorlds
from sim.envs.worlds import Happened

ALL = np.ones(1, bool)
STRAIGHT_ON = np.array([[0.0, 0.009]], np.float32)


def one_table(rules: AvoidSettings | None = None) -> AvoidWorlds:
    worlds = AvoidWorlds(1, rules)
    worlds.reset(ALL, np.array([0]))
    return worlds


def play(worlds: AvoidWorlds, action: np.ndarray, steps: int) -> list[Happened]:
    return [worlds.step(action, np.ones(worlds.count, bool)) for _ in range(steps)]


def test_an_episode_begins_at_rest_at_the_start():
    worlds = AvoidWorlds(2)
    frames = worlds.reset(np.ones(2, bool), np.array([4, 5]))
    np.testing.assert_allclose(frames, np.tile(START, (2, 2)), rtol=1e-6)
    still = worlds.step(np.zeros((2, 2), np.float32), np.ones(2, bool))
    np.testing.assert_array_equal(still.observations, frames)


def test_the_rod_follows_a_steady_motion_without_lag():
    last = play(one_table(), np.array([[0.009, 0.0]], np.float32), 25)[-1].observations[0]
    assert last[2] == pytest.approx(last[0], abs=2e-4)


def test_the_rod_lags_where_a_motion_begins():
    first = play(one_table(), STRAIGHT_ON, 3)[-1].observations[0]
    assert 0.005 < first[1] - first[3] < 0.015


def test_a_move_is_never_longer_than_it_may_be():
    frame = play(one_table(), np.array([[-9.0, 9.0]], np.float32), 1)[0].observations[0]
    np.testing.assert_allclose(frame[:2] - START, [-LONGEST_MOVE, LONGEST_MOVE], atol=1e-6)


def test_a_touched_pillar_ends_the_episode_with_a_penalty():
    happened = play(one_table(), STRAIGHT_ON, 17)
    ends = [step.terminated[0] for step in happened]
    assert ends == [False] * 16 + [True]
    assert [step.rewards[0] for step in happened] == [0.0] * 16 + [np.float32(PENALTY)]
    assert not happened[-1].succeeded[0]


def test_a_touched_pillar_costs_at_every_later_step_where_it_does_not_end_the_episode():
    happened = play(one_table(AvoidSettings(ends_at_pillars=False)), STRAIGHT_ON, 30)
    assert not any(step.terminated[0] for step in happened)
    assert sum(step.rewards[0] for step in happened) == pytest.approx(14 * PENALTY)


def test_a_pillar_is_not_passed_through():
    worlds = one_table(AvoidSettings(ends_at_pillars=False))
    centre = np.array([0.5, -0.1])
    places = [step.observations[0, 2:] for step in play(worlds, np.array([[-0.0013, 0.01]], np.float32), 40)]
    assert min(np.linalg.norm(place - centre) for place in places) > 0.035


def test_beyond_the_edges_every_step_costs():
    left = play(one_table(), np.array([[-0.01, 0.0]], np.float32), 45)[-1]
    assert left.observations[0, 2] < 0.2 and left.rewards[0] == np.float32(PENALTY) and not left.terminated[0]


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 7), st.integers(1, 3), st.integers(0, 2**31))
def test_the_same_actions_give_the_same_bits_in_any_number_of_worlds(count: int, workers: int, seed: int):
    actions = np.random.default_rng(seed).normal(0.0, 0.006, (40, count, 2)).astype(np.float32)
    rules = AvoidSettings(ends_at_pillars=False, start_noise=0.02)
    together = AvoidWorlds(count, rules, workers=workers)
    seeds = np.arange(count) + seed
    frames = [together.reset(np.ones(count, bool), seeds)]
    frames += [together.step(action, np.ones(count, bool)).observations for action in actions]
    alone = AvoidWorlds(1, rules)
    for world in range(count):
        own = [alone.reset(ALL, seeds[world : world + 1])]
        own += [alone.step(action[world : world + 1], ALL).observations for action in actions]
        np.testing.assert_array_equal(np.concatenate(own), np.stack(frames)[:, world])


def test_worlds_that_are_not_active_stand_still():
    worlds = AvoidWorlds(2)
    before = worlds.reset(np.ones(2, bool), np.array([0, 1]))
    after = worlds.step(np.full((2, 2), 0.005, np.float32), np.array([True, False])).observations
    np.testing.assert_array_equal(after[1], before[1])
    assert (after[0] != before[0]).any()


def test_a_reset_forgets_the_last_episode_in_that_world_only():
    worlds = AvoidWorlds(2)
    start = worlds.reset(np.ones(2, bool), np.array([0, 1]))
    moved = play(worlds, np.full((2, 2), 0.005, np.float32), 5)[-1].observations
    frames = worlds.reset(np.array([True, False]), np.array([0, 1]))
    np.testing.assert_array_equal(frames[0], start[0])
    np.testing.assert_array_equal(frames[1], moved[1])
    again = play(worlds, np.full((2, 2), 0.005, np.float32), 5)[-1].observations
    np.testing.assert_array_equal(again[0], moved[0])

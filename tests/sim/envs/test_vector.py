"""Episodes, chunks and history on top of worlds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.envs.vector import VectorEnvironment
from sim.envs.worlds import Flags, Happened, Seeds, Vectors
from sim.errors import SimulationError


class CountingWorlds:
    """Frames are (seed, age); a reward is the action; the first number of an action above 100 ends the episode."""

    observation_size, action_size = 2, 1

    def __init__(self, count: int, step_limit: int = 5, success_age: int = 10**9) -> None:
        self.count, self.step_limit, self.success_age = count, step_limit, success_age
        self.frames = np.zeros((count, 2), np.float32)
        self.executed: list[list[float]] = [[] for _ in range(count)]
        self.planned: list[Vectors] = []

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        self.frames[which] = np.stack([seeds % 10**6, np.zeros(self.count)], axis=1)[which]
        return self.frames.copy()

    def step(self, actions: Vectors, active: Flags) -> Happened:
        for world in np.flatnonzero(active):
            self.executed[world].append(float(actions[world, 0]))
        self.frames[active, 1] += 1
        rewards = actions[:, 0]
        return Happened(self.frames.copy(), rewards, rewards > 100.0, self.frames[:, 1] == self.success_age)

    def close(self) -> None: ...


class PlannedCountingWorlds(CountingWorlds):
    def plan(self, chunks: Vectors, active: Flags) -> None:
        assert active.all()
        self.planned.append(chunks.copy())


def chunks(*worlds: list[float]) -> Vectors:
    return np.array(worlds, np.float32)[:, :, None]


def test_rewards_of_a_chunk_are_summed():
    environment = VectorEnvironment(CountingWorlds(2))
    environment.reset(0)
    happened = environment.step(chunks([1, 2, 3], [10, 20, 30]))
    np.testing.assert_array_equal(happened.rewards, [6, 60])
    np.testing.assert_array_equal(happened.steps, [3, 3])
    assert not happened.ended.any()


def test_an_episode_that_ends_within_a_chunk_executes_no_more_of_it():
    worlds = CountingWorlds(2)
    environment = VectorEnvironment(worlds)
    environment.reset(0)
    happened = environment.step(chunks([1, 101, 3], [1, 2, 3]))
    assert worlds.executed == [[1, 101], [1, 2, 3]]
    np.testing.assert_array_equal(happened.rewards, [102, 6])
    np.testing.assert_array_equal(happened.steps, [2, 3])
    np.testing.assert_array_equal(happened.terminated, [True, False])
    np.testing.assert_array_equal(happened.final_observations[:, 1], [2, 3])
    np.testing.assert_array_equal(happened.observations[:, 1], [0, 3])


def test_the_final_observation_belongs_to_the_episode_that_ended():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=2))
    first = environment.reset(3)
    happened = environment.step(chunks([0, 0, 0]))
    assert happened.final_observations[0, 0] == first[0, 0] != happened.observations[0, 0]
    np.testing.assert_array_equal([happened.final_observations[0, 1], happened.observations[0, 1]], [2, 0])


def test_time_running_out_is_a_truncation():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=3))
    environment.reset(0)
    assert not environment.step(chunks([0, 0])).ended.any()
    happened = environment.step(chunks([0, 0]))
    assert happened.truncated.all() and not happened.terminated.any()
    assert happened.steps == [1]


def test_an_end_in_the_last_step_before_the_limit_is_the_tasks():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=3))
    environment.reset(0)
    happened = environment.step(chunks([0, 0, 101]))
    assert happened.terminated.all() and not happened.truncated.any()


def test_each_episode_has_the_whole_limit_for_itself():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=3))
    environment.reset(0)
    ends = [bool(environment.step(chunks([0])).truncated) for _ in range(9)]
    assert ends == [False, False, True] * 3


def test_a_success_is_told_until_its_episode_ends():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=4, success_age=2))
    environment.reset(0)
    told = [bool(environment.step(chunks([0])).succeeded) for _ in range(8)]
    assert told == [False, True, True, True] * 2


def test_success_ends_an_episode_where_it_shall():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=4, success_age=2), until_success=True)
    environment.reset(0)
    ends = [environment.step(chunks([0])) for _ in range(4)]
    assert [bool(end.terminated) for end in ends] == [False, True] * 2
    assert [bool(end.succeeded) for end in ends] == [False, True] * 2
    assert not any(end.truncated for end in ends)


def test_at_its_deadline_an_episode_has_failed_and_is_not_cut_off():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=4, success_age=2), until_success=True, deadline=3)
    environment.reset(0)
    ends = [environment.step(chunks([0])) for _ in range(2)]
    assert [bool(end.terminated) for end in ends] == [False, True] and bool(ends[1].succeeded)
    late = VectorEnvironment(CountingWorlds(1, step_limit=4), deadline=3)
    late.reset(0)
    ends = [late.step(chunks([0])) for _ in range(4)]
    assert [bool(end.terminated) for end in ends] == [False, False, True, False]
    assert not any(end.truncated or end.succeeded for end in ends)


def test_the_first_frame_stands_for_those_before_it():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=4), history_steps=3)
    ages = [environment.reset(0)[0, 1::2]]
    ages += [environment.step(chunks([0])).observations[0, 1::2] for _ in range(4)]
    np.testing.assert_array_equal(ages, [[0, 0, 0], [0, 0, 1], [0, 1, 2], [1, 2, 3], [0, 0, 0]])


def test_the_final_history_holds_no_frame_of_the_next_episode():
    environment = VectorEnvironment(CountingWorlds(1, step_limit=3), history_steps=2)
    first = environment.reset(0)
    happened = environment.step(chunks([0, 0, 0]))
    np.testing.assert_array_equal(happened.final_observations, [[first[0, 0], 2, first[0, 0], 3]])
    assert len(set(happened.observations[0, ::2])) == 1


def seeds_of(count: int, seed: int, episodes: list[int]) -> list[list[float]]:
    """Return the seeds that each world begins with, where world n ends its episodes after episodes[n] steps."""
    environment = VectorEnvironment(CountingWorlds(count, step_limit=100))
    begun = [[value] for value in environment.reset(seed)[:, 0]]
    for step in range(1, 13):
        ending = [101.0 if step % each == 0 else 0.0 for each in episodes]
        happened = environment.step(np.array(ending, np.float32)[:, None, None])
        for world in np.flatnonzero(happened.ended):
            begun[world].append(happened.observations[world, 0])
    return begun


@settings(max_examples=20, derandomize=True, deadline=None)
@given(st.integers(0, 2**31), st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_episodes_do_not_depend_on_the_other_worlds(seed: int, lengths: list[int]):
    together = seeds_of(len(lengths), seed, lengths)
    alone = seeds_of(1, seed, lengths[:1])
    assert together[0] == alone[0]
    others = seeds_of(len(lengths), seed, [1 + length % 6 for length in lengths])
    shared = min(len(together[1]), len(others[1]))
    assert together[1][:shared] == others[1][:shared]


def test_episodes_and_worlds_differ():
    begun = np.array(seeds_of(3, 0, [2, 2, 2]))
    assert len(np.unique(begun)) == begun.size
    assert begun.tolist() == seeds_of(3, 0, [2, 2, 2]) != seeds_of(3, 1, [2, 2, 2])


def test_only_the_executed_part_of_a_chunk_is_done_and_all_of_it_is_planned():
    worlds = PlannedCountingWorlds(1)
    environment = VectorEnvironment(worlds)
    environment.reset(0)
    happened = environment.step(chunks([1, 2, 3, 4]), executed_steps=2)
    assert worlds.executed == [[1, 2]] and happened.rewards == [3]
    np.testing.assert_array_equal(worlds.planned, [chunks([1, 2, 3, 4])])


def test_what_was_returned_does_not_change_later():
    environment = VectorEnvironment(CountingWorlds(1), history_steps=2)
    first = environment.reset(0)
    kept = first.copy()
    second = environment.step(chunks([0]))
    final = second.final_observations.copy()
    environment.step(chunks([0]))
    np.testing.assert_array_equal(first, kept)
    np.testing.assert_array_equal(second.final_observations, final)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_action_that_is_not_finite_is_named(value: float):
    environment = VectorEnvironment(CountingWorlds(2))
    environment.reset(0)
    with pytest.raises(SimulationError, match=r"action 1 for world 1: number 0 is (nan|inf)"):
        environment.step(chunks([0, 0], [0, value]))

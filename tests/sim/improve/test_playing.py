"""Episodes of a policy, many at once."""

import numpy as np
import torch

from sim.actors.actor import Actor, Decisions
from sim.demos.rollouts import Player
from sim.envs.worlds import Flags, Happened, Seeds, Vectors
from sim.improve.playing import Length, Pushes, play


class Walk:
    """N worlds on a line: an action is a step; beyond 5 is success, below -5 the end. Frames are (place, seed)."""

    observation_size, action_size, step_limit = 2, 1, 100

    def __init__(self, count: int) -> None:
        self.count = count
        self.frames = np.zeros((count, 2), np.float32)
        self.steps = np.zeros(count, np.int64)
        self.asked = 0

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        self.frames[which, 0], self.frames[which, 1] = 0.0, seeds[which]
        return self.frames.copy()

    def step(self, actions: Vectors, active: Flags) -> Happened:
        assert active.any()
        self.asked += 1
        self.frames[active, 0] += actions[active, 0]
        self.steps += active
        place = self.frames[:, 0]
        return Happened(self.frames.copy(), np.zeros(self.count, np.float32), place < -5.0, place > 5.0)

    def close(self) -> None:
        pass


class Steady(Actor):
    """Goes as the first number of the last frame's seed says: 1, or -1, or not at all; notes what it saw."""

    executed_steps = 2

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[torch.Tensor] = []

    def decide(self, observations: torch.Tensor, *, exploring: bool, generator: torch.Generator) -> Decisions:
        assert not exploring
        self.seen.append(observations)
        pace = observations[:, -1:, None].expand(-1, 4, -1)
        return Decisions(pace[:, None], torch.zeros(len(observations), 0))


class Plain:
    """Numbers that are not normalised."""

    def observations(self, raw: Vectors) -> torch.Tensor:
        return torch.from_numpy(raw)

    def actions(self, chunks: torch.Tensor) -> Vectors:
        return chunks.numpy()


class Line:
    """A task whose nearness is the place."""

    def potential(self, frames: Vectors) -> np.ndarray:
        return frames[:, 0].astype(np.float64)


def played(seeds: list[int], limit: int = 20, tail: int = 0, pushes: Pushes | None = None) -> tuple[list, Walk, Steady]:
    worlds, actor = Walk(len(seeds)), Steady()
    player = Player(actor, Plain(), history_steps=2, executed_steps=2, exploring=False)  # pyright: ignore[reportArgumentType]
    done = play(worlds, Line(), player, np.array(seeds), Length(limit, tail), torch.Generator(), pushes)
    return done, worlds, actor


def test_episodes_end_with_success_with_the_task_s_own_end_and_at_the_limit():
    done, worlds, _ = played([1, -1, 0])
    assert [each.succeeded for each in done] == [True, False, False]
    assert [len(each.episode.actions) for each in done] == [6, 6, 20]
    assert worlds.steps.tolist() == [6, 6, 20]


def test_an_episode_goes_on_for_a_tail_and_has_succeeded_only_if_it_keeps_that():
    done, _, _ = played([1], tail=3)
    assert done[0].succeeded and len(done[0].episode.actions) == 9
    done, _, _ = played([1], tail=3, limit=7)
    assert done[0].succeeded and len(done[0].episode.actions) == 7


def test_an_episode_is_frames_before_actions_and_nearness_after_them():
    episode = played([1, 0])[0][0].episode
    np.testing.assert_array_equal(episode.states[0, :, 0], np.arange(6))
    np.testing.assert_array_equal(episode.reward_column(), np.arange(1, 7))
    assert episode.seed == 1


def test_what_is_seen_is_the_last_frames_and_before_the_second_the_first():
    _, _, actor = played([1], limit=4)
    np.testing.assert_array_equal(actor.seen[0], [[0.0, 1.0, 0.0, 1.0]])
    np.testing.assert_array_equal(actor.seen[1], [[1.0, 1.0, 2.0, 1.0]])


def test_nobody_is_asked_to_step_once_all_are_done():
    _, worlds, actor = played([1, -1], tail=0)
    assert worlds.asked == 6 and len(actor.seen) == 3
    # In the middle of a chunk, too.
    _, worlds, actor = played([1, -1], tail=1)
    assert worlds.asked == 7 and len(actor.seen) == 4


def test_a_limit_within_a_chunk_is_kept():
    done, worlds, _ = played([0], limit=5)
    assert len(done[0].episode.actions) == 5 and worlds.steps.tolist() == [5]


def test_who_is_pushed_does_something_else_than_what_the_episode_says_that_he_wanted():
    decided_in: list[Vectors] = []

    def back_and_on(chunks: Vectors, frames: Vectors) -> Vectors:
        # The first chunk goes back by two steps, all others as they were meant.
        decided_in.append(frames)
        return chunks if len(decided_in) > 1 else -chunks

    done, _, actor = played([1], pushes=back_and_on)
    episode = done[0].episode
    np.testing.assert_array_equal(episode.states[0, :, 0], [0, -1, *range(-2, 6)])
    assert done[0].succeeded and (episode.actions == 1.0).all() and len(episode.actions) == 10
    # He sees where he was pushed to, and so does what pushes.
    np.testing.assert_array_equal(decided_in[1], [[-2.0, 1.0]])
    np.testing.assert_array_equal(actor.seen[1][0], [-1.0, 1.0, -2.0, 1.0])

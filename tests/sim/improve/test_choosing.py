"""Which of its own episodes a policy learns from."""

import numpy as np
import pytest

from sim.data.episode import Episode
from sim.errors import TrainingError
from sim.improve.choosing import best, expected
from sim.improve.playing import Played


def played(start: list[float], total: float, succeeded: bool = True, seed: int = 0) -> Played:
    """Return an episode of two steps that begins at `start` and earns `total`."""
    states = np.zeros((1, 2, len(start)), np.float32)
    states[0, 0] = start
    rewards = np.array([total, 0.0], np.float32)
    return Played(Episode(seed, states, np.zeros((2, 1), np.float32), rewards, True), succeeded)


def test_failures_are_never_learned_from_however_near_they_came():
    episodes = [played([0.0], 100.0, succeeded=False), played([0.0], 1.0), played([0.0], 2.0)]
    assert best(episodes, 1.0) == episodes[1:]
    assert best(episodes, 0.5) == [episodes[2]]


def test_whoever_began_far_away_is_not_blamed_for_that():
    random = np.random.default_rng(0)
    distances = random.uniform(0.0, 1.0, 200)
    skill = random.permutation(np.repeat([0.0, 0.1], 100))
    episodes = [
        played([distance, 7.0], -5.0 * distance - distance**2 + extra, seed=index)
        for index, (distance, extra) in enumerate(zip(distances, skill, strict=True))
    ]
    kept = best(episodes, 0.5)
    assert [each.episode.seed for each in kept] == np.flatnonzero(skill).tolist()


def test_a_quadratic_is_expected_exactly_and_columns_that_do_not_vary_do_no_harm():
    starts = np.column_stack([np.linspace(-1.0, 1.0, 50), np.full(50, 3.0)])
    totals = 2.0 + starts[:, 0] - 4.0 * starts[:, 0] ** 2
    np.testing.assert_allclose(expected(starts, totals), totals, atol=0.02)


def test_at_least_one_is_kept_and_where_none_succeeded_it_is_said():
    assert len(best([played([0.0], 1.0)], 0.01)) == 1
    with pytest.raises(TrainingError, match="none of 1 episodes succeeded"):
        best([played([0.0], 1.0, succeeded=False)], 0.5)

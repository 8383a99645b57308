"""How hard starts are, and episodes that begin at hard ones."""

import numpy as np
import pytest

from sim.data.episode import Episode
from sim.envs.worlds import Flags, Happened, Seeds, Vectors
from sim.improve.playing import Played
from sim.improve.starts import LEAST_HARDNESS, Hardness, StartMap, hard_seeds


class Places:
    """Worlds that begin at 0 .. 99, as the seed says; nobody steps there."""

    observation_size, action_size, step_limit = 2, 1, 1

    def __init__(self, count: int) -> None:
        self.count = count

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        assert which.all()
        return np.column_stack([seeds % 100, np.full(self.count, 3)]).astype(np.float32)

    def step(self, actions: Vectors, active: Flags) -> Happened:
        raise AssertionError("only starts are looked at")

    def close(self) -> None:
        pass


def ended(place: float, succeeded: bool) -> Played:
    states = np.full((1, 2, 2), [place, 3.0], np.float32)
    return Played(Episode(0, states, np.zeros((2, 1), np.float32), np.zeros(2, np.float32), True), succeeded)


@pytest.fixture
def hardness() -> Hardness:
    """Give what was learned where all fail below 20, and nobody elsewhere."""
    return Hardness([ended(place / 4, place >= 80) for place in range(400)])


def test_a_start_is_as_hard_as_its_neighbours_were(hardness: Hardness) -> None:
    np.testing.assert_allclose(hardness.of(np.array([[5.0, 3.0], [60.0, 3.0]])), [1.0, 0.0])
    assert 0.3 < hardness.of(np.array([[20.0, 3.0]])) < 0.7


def test_few_episodes_are_all_neighbours() -> None:
    assert Hardness([ended(1.0, False)]).of(np.array([[1.0, 3.0], [7.0, 3.0]])).tolist() == [1.0, 1.0]
    assert Hardness([ended(1.0, True), ended(2.0, False)]).of(np.array([[1.0, 3.0]])) == [0.5]


def test_hard_starts_are_drawn_as_often_as_they_fail(hardness: Hardness) -> None:
    seeds = hard_seeds(Places(64), hardness, 1000, np.random.default_rng(0))
    hard = np.mean(seeds % 100 < 20)
    # A fifth of all begins there, elsewhere one in fifty is taken.
    assert hard == pytest.approx(0.2 / (0.2 + 0.8 * LEAST_HARDNESS), abs=0.04)
    assert len(seeds) == len(set(seeds.tolist())) == 1000


def test_where_nothing_is_hard_the_draw_ends() -> None:
    easy = Hardness([ended(place, True) for place in range(100)])
    assert len(hard_seeds(Places(64), easy, 20, np.random.default_rng(0))) == 20


def test_on_the_map_a_rotation_counts_as_the_one_angle_that_varies() -> None:
    random = np.random.default_rng(0)
    x, angle = random.uniform(0.4, 0.6, 500), random.uniform(-0.2, 0.2, 500)
    starts = np.column_stack([x, np.cos(angle), np.sin(angle), -np.sin(angle), np.cos(angle), np.full(500, 7.0)])
    places = StartMap(starts).place(starts)
    # The cosine of a small angle is another number than its sine, but one only.
    assert places.shape[1] == 3
    np.testing.assert_allclose(places.std(axis=0), 1.0, rtol=1e-6)


def test_starts_that_are_all_the_same_have_a_place() -> None:
    same = np.full((5, 3), 2.0)
    assert StartMap(same).place(same).shape == (5, 1)


def test_nobody_is_asked_for_where_none_are_wanted(hardness: Hardness) -> None:
    assert len(hard_seeds(Places(64), hardness, 0, np.random.default_rng(0))) == 0

"""Data sets put together by the command, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import pytest

from sim.data.choosing import Join
from sim.data.dataset import Dataset
from sim.errors import DatasetError
from tests.sim.data.examples import ABOUT, assert_same, episode

PATHS = (Path("one"), Path("other"))


def of(*numbers: tuple[int, int]) -> Dataset:
    """Return a data set with an episode of each (seed, frames)."""
    return Dataset.join([episode(seed, frames, 1, 0) for seed, frames in numbers], ABOUT)


def test_episodes_are_in_the_order_of_their_seeds():
    assert_same(Join(PATHS, Path()).join([of((1, 2), (5, 3)), of((2, 4))]), of((1, 2), (2, 4), (5, 3)))


def test_slow_episodes_are_left_out_and_it_is_said():
    chosen = Join(PATHS, Path(), longest=3 / ABOUT.rate_hz).join([of((1, 2), (5, 3)), of((2, 4))])
    assert chosen.seeds.tolist() == [1, 5]
    assert "longest" in chosen.about.recipe and chosen.about.made_by.endswith("the quick ones")


def test_where_all_are_slow_the_quickest_is_named():
    with pytest.raises(DatasetError, match="the shortest episode took"):
        Join(PATHS, Path(), longest=0.001).join([of((1, 2)), of((2, 4))])


def test_the_same_episode_twice_is_refused():
    with pytest.raises(DatasetError, match="the same seed"):
        Join(PATHS, Path()).join([of((1, 2)), of((1, 2))])


def test_another_recipe_is_refused_by_name():
    other = of((2, 4))
    with pytest.raises(DatasetError, match=r"^other: "):
        Join(PATHS, Path()).join([of((1, 2)), replace(other, about=replace(ABOUT, recipe="another"))])

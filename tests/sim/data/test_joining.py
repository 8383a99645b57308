"""Data sets put together and taken apart."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.data.dataset import Dataset
from sim.data.joining import first_episodes, joined
from sim.errors import DatasetError
from tests.sim.data.examples import ABOUT, assert_same, dataset, episode


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=2, max_size=5), st.data())
def test_what_is_taken_apart_and_put_together_is_the_same(frames: list[int], data: st.DataObject):
    cut = data.draw(st.integers(1, len(frames) - 1))
    whole = dataset(*frames, views=2, size=2)
    episodes = [episode(seed, count, 2, 2) for seed, count in enumerate(frames)]
    assert_same(first_episodes(whole, cut), Dataset.join(episodes[:cut], ABOUT))
    assert_same(whole, joined(first_episodes(whole, cut), Dataset.join(episodes[cut:], ABOUT)))


def test_images_of_joined_files_are_read_in_any_order(tmp_path: Path):
    whole = dataset(3, 4, size=3)
    first_episodes(whole, 1).save(tmp_path / "first.zarr.zip")
    rest = Dataset.join([episode(1, 4, 1, 3)], ABOUT)
    both = joined(Dataset.load(tmp_path / "first.zarr.zip"), rest)
    order = np.array([6, 0, 3, 2, 2])
    np.testing.assert_array_equal(both.images["front"][order], whole.images["front"][order])


def test_data_sets_that_do_not_fit_are_refused():
    with pytest.raises(DatasetError, match="views are 1 and 2"):
        joined(dataset(3), dataset(3, views=2))
    with pytest.raises(DatasetError, match=r"images are \{\} and"):
        joined(dataset(3), dataset(3, size=2))
    with pytest.raises(DatasetError, match="numbers of an action are 2 and 1"):
        joined(dataset(3), replace(dataset(3), actions=np.zeros((3, 1), np.float32)))


@pytest.mark.parametrize("count", [0, 3])
def test_there_are_only_so_many_episodes(count: int):
    with pytest.raises(DatasetError, match="expected 1 to 2"):
        first_episodes(dataset(3, 4), count)

"""The file of a data set."""

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from sim.data.dataset import Dataset
from sim.errors import DatasetError
from tests.sim.data.examples import ABOUT, assert_same, dataset, datasets, episode


@settings(max_examples=15, deadline=None)
@given(datasets(cameras=2))
def test_what_is_saved_comes_back_to_the_bit(data: Dataset):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.zarr.zip"
        data.save(path)
        assert_same(data, Dataset.load(path))


def test_episodes_are_put_one_after_another():
    first, second = episode(4, 5, views=2), episode(9, 3, views=2)
    joined = Dataset.join([first, second], ABOUT)
    assert joined.ends.tolist() == [5, 8] and joined.starts.tolist() == [0, 5] and joined.seeds.tolist() == [4, 9]
    assert joined.terminals.tolist() == [False, True] and joined.truncations.tolist() == [True, False]
    np.testing.assert_array_equal(joined.states[:, 5:], second.states)
    np.testing.assert_array_equal(joined.rewards[:5], first.rewards)


def test_no_episode_is_no_data():
    with pytest.raises(DatasetError, match="no episode"):
        Dataset.join([], ABOUT)


def test_a_folder_is_read_as_well(tmp_path: Path):
    data = dataset(4, 3, size=5)
    data.save(tmp_path / "packed.zarr.zip")
    shutil.unpack_archive(tmp_path / "packed.zarr.zip", tmp_path / "data.zarr", "zip")
    assert_same(data, Dataset.load(tmp_path / "data.zarr"))


def test_images_are_read_by_window_in_any_order(tmp_path: Path):
    data = dataset(6, 5, size=4)
    data.save(tmp_path / "data.zarr.zip")
    frames, whole = Dataset.load(tmp_path / "data.zarr.zip").images["front"], data.images["front"]
    np.testing.assert_array_equal(frames[3:7], whole[3:7])
    order = np.array([10, 2, 2, -1])
    np.testing.assert_array_equal(frames[order], whole[order])
    assert len(frames) == 11 and frames.shape == (11, 4, 4, 3)


class OneByOne:
    """Images of which no two may be in memory."""

    shape, dtype = (7, 4, 4, 3), np.dtype(np.uint8)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, frames: slice | np.ndarray) -> np.ndarray:
        indices = np.arange(len(self))[frames]
        assert len(indices) == 1
        return np.full((1, 4, 4, 3), indices[0], np.uint8)


def test_images_need_not_fit_into_memory_to_be_written(tmp_path: Path):
    replace(dataset(3, 4), images={"top": OneByOne()}).save(tmp_path / "data.zarr.zip")
    loaded = Dataset.load(tmp_path / "data.zarr.zip").images["top"]
    assert loaded[:][:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4, 5, 6]

"""The file of demonstrations."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.demos.dataset import Demonstrations, Episode
from sim.errors import DatasetError


def episode(seed: int, length: int) -> Episode:
    random = np.random.default_rng(seed)
    observations = random.standard_normal((3, length, 19)).astype(np.float32)
    return Episode(seed, observations, random.standard_normal((length, 10)).astype(np.float32))


def test_what_is_saved_comes_back(tmp_path: Path):
    first, second = episode(7, 5), episode(9, 3)
    Demonstrations.join([first, second]).save(tmp_path / "demonstrations.npz")
    loaded = Demonstrations.load(tmp_path / "demonstrations.npz")
    assert loaded.ends.tolist() == [5, 8] and loaded.seeds.tolist() == [7, 9]
    np.testing.assert_array_equal(loaded.observations[:, 5:], second.observations)
    np.testing.assert_array_equal(loaded.actions[:5], first.actions)


def test_no_episode_is_no_data():
    with pytest.raises(DatasetError, match="no episode"):
        Demonstrations.join([])


def test_an_absent_file_names_the_command(tmp_path: Path):
    with pytest.raises(DatasetError, match=r"python -m sim\.demos"):
        Demonstrations.load(tmp_path / "demonstrations.npz")


def test_a_truncated_file_is_refused(tmp_path: Path):
    path = tmp_path / "demonstrations.npz"
    Demonstrations.join([episode(0, 5)]).save(path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(DatasetError, match="cannot be read"):
        Demonstrations.load(path)


def test_numbers_that_are_not_finite_are_named(tmp_path: Path):
    bad = Demonstrations.join([episode(0, 5)])
    bad.actions[2, 3] = np.nan
    bad.save(tmp_path / "demonstrations.npz")
    with pytest.raises(DatasetError, match="actions holds numbers"):
        Demonstrations.load(tmp_path / "demonstrations.npz")


@pytest.mark.parametrize("ends", [[4], [0, 5], [3, 3, 5], []])
def test_ends_that_do_not_divide_the_frames_are_refused(ends: list[int]):
    good = Demonstrations.join([episode(0, 5)])
    wrong_ends = np.array(ends, dtype=np.int64)
    with pytest.raises(DatasetError, match="ends"):
        replace(good, ends=wrong_ends, seeds=np.arange(len(ends))).check("demonstrations.npz")

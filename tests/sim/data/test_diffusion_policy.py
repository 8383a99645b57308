"""ReplayBuffers of Diffusion Policy, written here as it lays them out."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.data.dataset import Dataset
from sim.data.diffusion_policy import DiffusionPolicyImport
from sim.errors import DatasetError
from tests.sim.data.examples import dataset

zarr = pytest.importorskip("zarr")

FRAMES = 9


@pytest.fixture
def pusht(tmp_path: Path) -> Path:
    """Push-T's keys: several images a chunk, as floats."""
    random = np.random.default_rng(0)
    path = tmp_path / "pusht.zarr"
    group = zarr.open_group(str(path), mode="w", zarr_format=2)
    for name, values, rows in (
        ("data/state", random.standard_normal((FRAMES, 5)).astype(np.float32), FRAMES),
        ("data/action", random.standard_normal((FRAMES, 2)).astype(np.float32), FRAMES),
        ("data/keypoint", random.standard_normal((FRAMES, 9, 2)).astype(np.float32), FRAMES),
        ("data/n_contacts", np.ones((FRAMES, 1), np.float32), FRAMES),
        ("data/img", random.integers(0, 256, (FRAMES, 6, 6, 3)).astype(np.float32), 4),
        ("meta/episode_ends", np.array([4, 9]), 2),
    ):
        group.create_array(name, data=values, chunks=(rows, *values.shape[1:]))
    return path


def read(path: Path, *cameras: str, state: tuple[str, ...] = ("state",)) -> Dataset:
    return DiffusionPolicyImport(path, path, "pusht", 10.0, state_keys=state, camera_keys=cameras).read()


def test_a_folder_is_read(pusht: Path):
    data, group = read(pusht, "img"), zarr.open_group(str(pusht), mode="r")
    data.check("here")
    np.testing.assert_array_equal(data.states[0], group["data/state"][...])
    np.testing.assert_array_equal(data.actions, group["data/action"][...])
    assert data.ends.tolist() == [4, 9] and data.about.task == "pusht" and data.about.action_names[1] == "action.1"
    np.testing.assert_array_equal(data.images["img"][np.array([8, 0, 5])], group["data/img"][...][[8, 0, 5]])


def test_keypoints_are_a_state_too(pusht: Path):
    assert read(pusht, state=("keypoint", "state")).states.shape == (1, FRAMES, 23)


@pytest.mark.parametrize("inside", ["", "pusht.zarr"])
def test_a_zip_is_read_whether_or_not_it_holds_the_folder(pusht: Path, tmp_path: Path, inside: str):
    root, base = (tmp_path, inside) if inside else (pusht, None)
    packed = Path(shutil.make_archive(str(tmp_path / "packed.zarr"), "zip", root, base))
    np.testing.assert_array_equal(read(packed).states, read(pusht).states)


def test_our_own_files_are_replay_buffers(tmp_path: Path):
    ours = dataset(4, 3, size=4)
    ours.save(tmp_path / "ours.zarr.zip")
    theirs = read(tmp_path / "ours.zarr.zip", "front")
    np.testing.assert_array_equal(theirs.states, ours.states)
    np.testing.assert_array_equal(theirs.images["front"][:], ours.images["front"][:])
    group = zarr.open_group(zarr.storage.ZipStore(str(tmp_path / "ours.zarr.zip"), mode="r"), mode="r")
    assert all(array.shape[0] == group["meta/episode_ends"][-1] for _, array in group["data"].arrays())
    assert group.metadata.zarr_format == 2


def test_keys_that_are_absent_are_named_with_those_that_are_there(pusht: Path):
    with pytest.raises(DatasetError, match=r"no array data/image; there are .*data/img, data/keypoint"):
        read(pusht, "image")


def test_images_from_0_to_1_are_refused(pusht: Path):
    zarr.open_group(str(pusht), mode="r+")["data/img"][...] = 0.5
    with pytest.raises(DatasetError, match=r"img is float32 from 0\.5 to 0\.5, expected 0 to 255"):
        read(pusht, "img").images["img"][:]


def test_other_files_are_refused(tmp_path: Path):
    with pytest.raises(DatasetError, match="does not exist"):
        read(tmp_path / "absent.zarr")
    (tmp_path / "other.zarr").mkdir()
    with pytest.raises(DatasetError, match="expected a ReplayBuffer"):
        read(tmp_path / "other.zarr")

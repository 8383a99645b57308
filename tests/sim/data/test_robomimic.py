"""Files of robomimic, written here as its documentation lays them out."""

import json
from pathlib import Path

import numpy as np
import pytest

from sim.data.dataset import Dataset
from sim.data.robomimic import RobomimicImport
from sim.errors import DatasetError

h5py = pytest.importorskip("h5py")

LENGTHS = {0: 4, 2: 3, 10: 5}
"""Frames by number: the names' order of letters is not that of numbers."""
SIZES = {"object": 10, "robot0_eef_pos": 3, "robot0_eef_quat": 4, "robot0_gripper_qpos": 2}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file as robomimic's own extraction of observations writes it; mask/train names two of three."""
    random = np.random.default_rng(0)
    with h5py.File(tmp_path / "low_dim.hdf5", "w") as written:
        data = written.create_group("data")
        data.attrs["total"] = sum(LENGTHS.values())
        data.attrs["env_args"] = json.dumps({"env_name": "Lift", "env_type": 1, "env_kwargs": {"control_freq": 20}})
        for number, frames in LENGTHS.items():
            demo = data.create_group(f"demo_{number}")
            demo.attrs["num_samples"] = frames
            demo["actions"] = random.uniform(-1.0, 1.0, (frames, 7))
            demo["states"] = random.standard_normal((frames, 32))
            demo["rewards"] = np.arange(frames) == frames - 1
            demo["dones"] = (np.arange(frames) == frames - 1) * int(number != 2)
            for key, size in SIZES.items():
                demo[f"obs/{key}"] = random.standard_normal((frames, size))
                demo[f"next_obs/{key}"] = random.standard_normal((frames, size))
            demo["obs/agentview_image"] = random.integers(0, 256, (frames, 4, 5, 3), dtype=np.uint8)
        written["mask/train"] = np.array([b"demo_10", b"demo_0"])
    return tmp_path / "low_dim.hdf5"


def test_demonstrations_come_in_the_order_of_their_numbers(file: Path):
    data = RobomimicImport(file, file.with_suffix(".zarr.zip")).read()
    data.check("here")
    assert data.seeds.tolist() == [0, 2, 10] and data.ends.tolist() == [4, 7, 12]
    assert data.states.shape == (1, 12, 19) and data.actions.shape == (12, 7)
    assert data.terminals.tolist() == [True, False, True] and data.rewards[[3, 6, 11]].tolist() == [1.0, 1.0, 1.0]
    assert (data.about.task, data.about.rate_hz) == ("Lift", 20.0)
    assert data.about.state_names[2:4] == ("robot0_eef_pos.2", "robot0_eef_quat.0")
    with h5py.File(file) as read:
        np.testing.assert_array_equal(data.states[0, 4:7, 9:], np.float32(read["data/demo_2/obs/object"][:]))
        np.testing.assert_array_equal(data.actions[7:], np.float32(read["data/demo_10/actions"][:]))


def test_keys_filter_and_dones_are_chosen(file: Path):
    kind = RobomimicImport(
        file, file, state_keys=("object",), camera_keys=("agentview_image",), filter_key="train", believe_dones=False
    )
    data = kind.read()
    assert data.seeds.tolist() == [0, 10] and data.states.shape == (1, 9, 10) and not data.terminals.any()
    with h5py.File(file) as read:
        images = np.concatenate([read[f"data/demo_{number}/obs/agentview_image"][:] for number in (0, 10)])
    np.testing.assert_array_equal(data.images["agentview_image"][:], images)


def test_what_is_read_can_be_saved(file: Path):
    RobomimicImport(file, file, camera_keys=("agentview_image",)).read().save(file.parent / "data.zarr.zip")
    loaded = Dataset.load(file.parent / "data.zarr.zip")
    assert loaded.about.made_by == "robomimic: low_dim.hdf5" and loaded.images["agentview_image"].shape == (12, 4, 5, 3)


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"state_keys": ("objekt",)}, "/data/demo_0/obs has no objekt; there are agentview_image, object, robot0"),
        ({"action_key": "actions_abs"}, "/data/demo_0 has no actions_abs; there are actions, dones, next_obs"),
        ({"filter_key": "valid"}, "/mask has no valid; there are train"),
    ],
)
def test_a_key_that_is_absent_is_named_with_those_that_are_there(file: Path, choice: dict, told: str):
    with pytest.raises(DatasetError, match=told):
        RobomimicImport(file, file, **choice).read()


def test_other_files_are_refused(tmp_path: Path):
    path = tmp_path / "text.hdf5"
    with pytest.raises(DatasetError, match="does not exist"):
        RobomimicImport(path, path).read()
    path.write_text("hello")
    with pytest.raises(DatasetError, match="expected an HDF5 file of robomimic"):
        RobomimicImport(path, path).read()
    with h5py.File(tmp_path / "other.hdf5", "w") as written:
        written["numbers"] = np.zeros(3)
    with pytest.raises(DatasetError, match="has no data; there are numbers"):
        RobomimicImport(tmp_path / "other.hdf5", path).read()

"""What is wrong with a file is said, with the place and the cure; what cannot be written leaves nothing."""

import dataclasses
import errno
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sim.data.dataset import Dataset
from sim.data.packages import needed
from sim.errors import DatasetError
from tests.sim.data.examples import dataset


def unpacked(data: Dataset, folder: Path) -> Path:
    data.save(folder / "packed.zarr.zip")
    shutil.unpack_archive(folder / "packed.zarr.zip", folder / "data.zarr", "zip")
    return folder / "data.zarr"


def test_an_absent_file_names_the_commands(tmp_path: Path):
    with pytest.raises(DatasetError, match=r"does not exist.*python -m sim\.demos"):
        Dataset.load(tmp_path / "data.zarr.zip")


@pytest.mark.parametrize("kept", [0, 10, 500, -30])
def test_a_truncated_file_is_refused(tmp_path: Path, kept: int):
    path = tmp_path / "data.zarr.zip"
    dataset(5, size=4).save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DatasetError, match=r"data\.zarr\.zip: cannot be read"):
        Dataset.load(path)


def test_changed_bytes_of_numbers_and_of_images_are_noticed(tmp_path: Path):
    path = tmp_path / "data.zarr.zip"
    dataset(50, size=16).save(path)
    flip(path, "data/action/0.0")
    with pytest.raises(DatasetError, match="cannot be read"):
        Dataset.load(path)
    flip(path, "data/action/0.0")
    flip(path, "data/front/7.0.0.0")
    loaded = Dataset.load(path)
    with pytest.raises(DatasetError, match="data/front: frame 7 cannot be read"):
        loaded.images["front"][5:9]


def flip(path: Path, name: str) -> None:
    """Change one byte in the middle of a member of the archive."""
    with zipfile.ZipFile(path) as archive:
        member = archive.getinfo(name)
    content = bytearray(path.read_bytes())
    content[member.header_offset + 30 + len(name) + member.file_size // 2] ^= 255
    path.write_bytes(content)


@pytest.mark.parametrize("name", ["data/action/0.0", "data/front/2.0.0.0"])
def test_a_folder_that_was_copied_in_part_is_refused(tmp_path: Path, name: str):
    path = unpacked(dataset(5, size=4), tmp_path)
    (path / name).unlink()
    with pytest.raises(DatasetError, match="copied only in part"):
        _ = Dataset.load(path).images["front"][:]


def test_an_absent_array_is_named_with_those_that_are_there(tmp_path: Path):
    path = unpacked(dataset(5), tmp_path)
    shutil.rmtree(path / "data" / "action")
    with pytest.raises(DatasetError, match="no array data/action; there are data/reward, data/state, meta/episode"):
        Dataset.load(path)


def test_a_foreign_file_is_told_from_a_damaged_one(tmp_path: Path):
    (tmp_path / "text.zarr.zip").write_text("not a zip")
    with pytest.raises(DatasetError, match="cannot be read"):
        Dataset.load(tmp_path / "text.zarr.zip")
    with zipfile.ZipFile(tmp_path / "other.zarr.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(DatasetError, match="no zarr group"):
        Dataset.load(tmp_path / "other.zarr.zip")
    path = unpacked(dataset(5), tmp_path)
    (path / ".zattrs").write_text("{}")
    with pytest.raises(DatasetError, match="import diffusion-policy"):
        Dataset.load(path)


def test_the_first_frame_that_is_not_finite_is_named(tmp_path: Path):
    data = dataset(4, 5, views=2)
    data.states[1, 6, 2] = np.nan
    data.states[0, 8, 0] = np.inf
    with pytest.raises(DatasetError, match=r"state of frame 6 \(episode 1\)\[1\]\[2\] is nan, one of 2 frames.*leave"):
        data.save(tmp_path / "data.zarr.zip")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["actions", "rewards"])
def test_what_is_not_finite_is_found_in_every_array(name: str):
    data = dataset(4, 5)
    getattr(data, name)[3] = np.inf
    with pytest.raises(DatasetError, match=rf"{name[:-1]} of frame 3 \(episode 0\).* is inf"):
        data.check("here")


@pytest.mark.parametrize(
    ("ends", "told"),
    [([4], r"the last is 4, but there are 5 frames"), ([0, 5], r"\[0\] is 0"), ([3, 3, 5], r"\[1\] is 3 after 3")],
)
def test_ends_that_do_not_divide_the_frames_are_refused(ends: list[int], told: str):
    count = len(ends)
    wrong = dataclasses.replace(
        dataset(5), ends=np.array(ends), seeds=np.arange(count), terminals=np.zeros(count, np.bool_)
    )
    with pytest.raises(DatasetError, match=told):
        wrong.check("here")


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ({"states": np.zeros((1, 4, 3), np.float32)}, r"state is \(1, 4, 3\) float32, expected \(V, 5, d\) float32"),
        ({"states": np.zeros((0, 5, 3), np.float32)}, r"state is \(0, 5, 3\)"),
        ({"actions": np.zeros((5, 2))}, r"action is \(5, 2\) float64, expected \(5, a\) float32"),
        ({"terminals": np.zeros(2, np.bool_)}, r"terminals is \(2\) bool, expected \(1\)"),
        ({"images": {"top": np.zeros((5, 4, 4), np.uint8)}}, r"top is \(5, 4, 4\) uint8, expected \(5, h, w, 3\)"),
        ({"about": dataclasses.replace(dataset(5).about, rate_hz=0.0)}, "rate_hz is 0.0"),
        ({"about": dataclasses.replace(dataset(5).about, action_names=("x",))}, "1 action_names for 2 numbers"),
    ],
)
def test_parts_that_do_not_fit_are_named(part: dict, told: str):
    with pytest.raises(DatasetError, match=f"here: {told}"):
        dataclasses.replace(dataset(5), **part).check("here")


def test_a_full_disk_leaves_nothing_and_the_older_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "data.zarr.zip"
    dataset(3).save(path)
    before, written = path.read_bytes(), zipfile.ZipFile.writestr

    def full(self: zipfile.ZipFile, name: object, *rest: object) -> None:
        if "front/2" in str(getattr(name, "filename", name)):
            raise OSError(errno.ENOSPC, "No space left on device")
        written(self, name, *rest)

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(DatasetError, match=r"No space left on device.*nothing was left"):
        dataset(5, size=4).save(path)
    assert path.read_bytes() == before and [file.name for file in tmp_path.iterdir()] == [path.name]


def test_a_camera_may_not_take_the_name_of_numbers(tmp_path: Path):
    data = dataclasses.replace(dataset(5), images={"reward": np.zeros((5, 2, 2, 3), np.uint8)})
    with pytest.raises(DatasetError, match="no camera may be called reward"):
        data.save(tmp_path / "data.zarr.zip")


def test_a_package_that_is_missing_is_named_with_its_use():
    with pytest.raises(DatasetError, match=r"a data set's file needs the package absent_package .*pip install absent_"):
        needed("absent_package.part", "a data set's file")

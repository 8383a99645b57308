"""python -m sim.data."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tyro

from sim.data.__main__ import Export, Import, Info, main
from sim.data.dataset import Dataset
from sim.data.diffusion_policy import DiffusionPolicyImport
from sim.data.robomimic import RobomimicImport
from sim.data.summary import summary
from sim.terminal import run_one
from tests.sim.data.examples import dataset

COMMANDS = {"import": Import, "export": Export, "info": Info}


def command(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    monkeypatch.setattr(sys, "argv", ["sim.data", *map(str, words)])
    run_one(main, COMMANDS, "")


def test_a_data_set_goes_to_lerobot_and_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data = dataset(4, 3, size=3)
    data.save(tmp_path / "data.zarr.zip")
    command(monkeypatch, "export", tmp_path / "data.zarr.zip", "--output", tmp_path / "folder", "--task", "lift it")
    words = ("import", "lerobot", tmp_path / "folder", "--output", tmp_path / "back.zarr.zip")
    command(monkeypatch, *words, "--camera-keys", "observation.images.front")
    back = Dataset.load(tmp_path / "back.zarr.zip")
    np.testing.assert_array_equal(back.states, data.states)
    np.testing.assert_array_equal(back.images["front"][:], data.images["front"][:])
    assert back.about.task == "lift it" and back.seeds.tolist() == data.seeds.tolist()


def test_info_is_a_table_of_ranges_that_names_constant_columns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    data = dataset(4, 3, views=2, size=3)
    data.actions[:, 1] = 0.5
    data.save(tmp_path / "data.zarr.zip")
    command(monkeypatch, "info", tmp_path / "data.zarr.zip")
    told = capsys.readouterr().out
    assert told == summary(data) + "\n"
    assert "episodes  2, 1 of them ended by the task itself, seeds 0 to 1" in told
    assert "frames    7 at 10 Hz (1 s), 3 to 4 an episode, median 3.5" in told and "camera    front 3 x 3" in told
    [line] = [line for line in told.splitlines() if line.endswith("constant")]
    assert line.split() == ["vy", "0.5", "0.5", "0.5", "0", "constant"]


def test_a_bad_file_is_one_line_and_status_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit, match="1"):
        command(monkeypatch, "info", tmp_path / "absent.zarr.zip")
    assert capsys.readouterr().err.startswith("error: ")


def test_every_kind_is_parsed_with_its_own_arguments():
    words = [
        "robomimic",
        "low_dim.hdf5",
        "--output",
        "data.zarr.zip",
        "--state-keys",
        "object",
        "--filter-key",
        "train",
    ]
    parsed = tyro.cli(Import, args=words)
    expected = RobomimicImport(Path("low_dim.hdf5"), Path("data.zarr.zip"), state_keys=("object",), filter_key="train")
    assert parsed == Import(expected)
    words = ["diffusion-policy", "p.zarr", "--output", "d.zarr.zip", "--task", "pusht", "--rate-hz", "10"]
    expected = DiffusionPolicyImport(Path("p.zarr"), Path("d.zarr.zip"), "pusht", 10.0)
    assert tyro.cli(Import, args=words) == Import(expected)


def test_names_that_are_unknown_are_numbers():
    data = dataset(4)
    unnamed = replace(data, about=replace(data.about, state_names=(), action_names=()))
    assert "state[2]" in summary(unnamed) and "action[1]" in summary(unnamed)

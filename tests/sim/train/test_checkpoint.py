"""Files of checkpoints."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from sim.errors import CheckpointError
from sim.train.checkpoint import Checkpoint


def small() -> Checkpoint:
    return Checkpoint(3, 1.5, {"seed": 1}, {"a": [0.0]}, {"w": torch.ones(2)}, {"w": torch.zeros(2)}, {"state": {}})


def test_what_is_saved_comes_back(tmp_path: Path):
    small().save(tmp_path / "checkpoint.pt")
    loaded = Checkpoint.load(tmp_path / "checkpoint.pt")
    assert loaded.step == 3 and loaded.configuration == {"seed": 1}
    assert torch.equal(loaded.network["w"], torch.ones(2))
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint.pt"]


def test_an_absent_one_names_the_command(tmp_path: Path):
    with pytest.raises(CheckpointError, match=r"python -m sim\.train"):
        Checkpoint.load(tmp_path / "checkpoint.pt")


def test_a_truncated_one_is_refused(tmp_path: Path):
    path = tmp_path / "checkpoint.pt"
    small().save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="cannot be read"):
        Checkpoint.load(path)


def test_nothing_is_executed_on_loading(tmp_path: Path):
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
            return print, ("executed",)

    torch.save({"version": 1, "step": Trap()}, tmp_path / "trap.pt")
    with pytest.raises(CheckpointError, match="cannot be read"):
        Checkpoint.load(tmp_path / "trap.pt")


def test_another_file_of_torch_is_no_checkpoint(tmp_path: Path):
    torch.save({"weights": torch.ones(1)}, tmp_path / "other.pt")
    with pytest.raises(CheckpointError, match="no checkpoint"):
        Checkpoint.load(tmp_path / "other.pt")

"""Files of checkpoints: whole or absent, and refused where they are not what was asked for."""

import resource
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from sim.checkpoints import VERSION, Checkpoint
from sim.errors import CheckpointError


@dataclass(frozen=True)
class RunSettings:
    seed: int = 1


def small() -> Checkpoint:
    weights = {"network": {"w": torch.ones(2)}, "average": {"w": torch.zeros(2)}}
    state = {"optimiser": {"step": torch.tensor(3.0)}}
    return Checkpoint("pretrain", 3, 1.5, {"seed": 1}, {"action_minimum": [0.0, 1.0]}, weights, state)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "checkpoint.pt"


def test_what_is_saved_comes_back(path: Path):
    small().save(path)
    loaded = Checkpoint.load(path)
    assert (loaded.kind, loaded.step, loaded.seconds) == ("pretrain", 3, 1.5)
    assert loaded.settings(RunSettings) == RunSettings(1) and loaded.limits == small().limits
    assert torch.equal(loaded.part("network")["w"], torch.ones(2))
    assert torch.equal(loaded.state["optimiser"]["step"], torch.tensor(3.0))
    assert [file.name for file in path.parent.iterdir()] == ["checkpoint.pt"]


def test_an_absent_one_names_the_command(path: Path):
    with pytest.raises(CheckpointError, match=r"python -m sim\.pretrain"):
        Checkpoint.load(path)


def test_a_truncated_one_is_refused(path: Path):
    small().save(path)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="cannot be read"):
        Checkpoint.load(path)


def test_nothing_is_executed_on_loading(path: Path):
    class Trap:
        def __reduce__(self) -> tuple[Callable[..., None], tuple[str]]:
            return print, ("executed",)

    torch.save({"version": VERSION, "step": Trap()}, path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        Checkpoint.load(path)


def test_another_file_of_torch_is_no_checkpoint(path: Path):
    torch.save({"weights": torch.ones(1)}, path)
    with pytest.raises(CheckpointError, match="no checkpoint"):
        Checkpoint.load(path)
    torch.save({"version": 1}, path)
    with pytest.raises(CheckpointError, match=f"version 1, expected {VERSION}"):
        Checkpoint.load(path)
    torch.save({"version": VERSION, **vars(small()), "extra": 1}, path)
    with pytest.raises(CheckpointError, match="extra missing or unknown"):
        Checkpoint.load(path)


def test_another_kind_is_refused(path: Path):
    small().save(path)
    assert Checkpoint.load(path, "finetune", "pretrain").kind == "pretrain"
    with pytest.raises(CheckpointError, match="of kind pretrain, expected finetune"):
        Checkpoint.load(path, "finetune")


def test_missing_weights_are_named():
    with pytest.raises(CheckpointError, match="no weights 'critic', only network, average"):
        small().part("critic")


def test_other_settings_and_other_data_are_told_with_both_values():
    one = small()
    one.require_same(RunSettings(1), one.limits, "here.pt")
    with pytest.raises(CheckpointError, match=r"here.pt: seed is 1 there and 2 here"):
        one.require_same(RunSettings(2), one.limits, "here.pt")
    with pytest.raises(CheckpointError, match=r"other data: action_minimum\[1\] is 1.0 there and 1.5 here"):
        one.require_same(RunSettings(1), {"action_minimum": [0.0, 1.5]}, "here.pt")


def test_where_no_more_can_be_written_the_old_file_stays(path: Path):
    small().save(path)
    large = replace(small(), step=4, weights={"network": {"w": torch.zeros(100_000)}})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    try:
        with pytest.raises(CheckpointError, match=r"cannot be written .*the one before is untouched"):
            large.save(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert Checkpoint.load(path).step == 3
    assert [file.name for file in path.parent.iterdir()] == ["checkpoint.pt"]

"""What a replay may change is what the file names, and nothing else."""

import math
from pathlib import Path

import pytest

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.reenact.result import Change, StageResult
from diffpol_ros.reenact.thresholds import Thresholds, excesses, load_thresholds


def result(joints: float, decisions: float = 0.0) -> StageResult:
    changes = Change("joint_positions", joints, "rad"), Change("decisions", decisions)
    return StageResult("control", 10, 9, 0, None, changes, 1.0, 0.5)


def found(allowed: dict[str, float], given: StageResult) -> list[str]:
    return list(excesses(Thresholds(control=allowed), given, Path("thresholds.yaml")))


def test_what_is_allowed_passes_and_what_is_not_named_may_not_change() -> None:
    assert found({"joint_positions": 1e-9}, result(1e-9)) == []
    assert found({"joint_positions": 1e-9}, result(2e-9)) == [
        "control: joint_positions changed by 2e-09 rad, allowed 1e-09"
    ]
    assert found({}, result(0.0, decisions=1.0)) == ["control: decisions changed by 1, allowed 0"]
    assert found({}, result(0.0)) == []


def test_what_is_not_a_number_is_no_small_change() -> None:
    assert len(found({"joint_positions": 1.0}, result(math.nan))) == 1
    assert len(found({"joint_positions": 1.0}, result(math.inf))) == 1


def test_a_name_that_does_not_exist_is_refused_with_the_nearest() -> None:
    with pytest.raises(SettingsError, match="did you mean 'joint_positions'"):
        found({"joint_position": 1.0}, result(0.0))


def test_a_file_names_stages_and_kinds_of_change(tmp_path: Path) -> None:
    file = tmp_path / "thresholds.yaml"
    file.write_text("control: {joint_positions: 1.0e-9}\n")
    assert load_thresholds(file) == Thresholds(control={"joint_positions": 1e-9})
    file.write_text("control: {joint_positions: -1}\n")
    with pytest.raises(SettingsError, match="expected at least 0"):
        load_thresholds(file)
    file.write_text("contrl: {}\n")
    with pytest.raises(SettingsError, match="did you mean 'control'"):
        load_thresholds(file)

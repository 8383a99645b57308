"""The page on replay knows every change that control measures, every call of the bridge, and every exit code."""

from pathlib import Path

import pytest

from diffpol_ros.cli.replay_run import CHANGED, NOTHING, SAME
from diffpol_ros.core.settings import parse_settings
from diffpol_ros.reenact.control import DECISIONS
from diffpol_ros.reenact.control_changes import ControlChanges
from diffpol_ros.reenact.thresholds import Thresholds


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "replay.md").read_text(encoding="utf-8")


def test_its_thresholds_are_a_file_that_can_be_read_and_names_all_of_control(page: str) -> None:
    lines = page.split("## Thresholds")[1].split("\n\n")[1]
    thresholds = parse_settings(Thresholds, lines, "docs/replay.md")
    assert thresholds.control.keys() == {change.name for change in ControlChanges().told()}


def test_every_decision_and_every_exit_code_is_there(page: str) -> None:
    assert not [name for name in DECISIONS if f"`{name}`" not in page]
    assert all(f"| {code} |" in page for code in (SAME, CHANGED, NOTHING))

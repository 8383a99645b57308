"""The figures of a run, from a bag whose figures are known."""

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from diffpol_ros.cli.summary import print_summary, summarize
from diffpol_ros.trials.lift import Outcome
from tests.replay.synthetic import MS, START_NS, SyntheticRun

OUTCOMES = [
    Outcome(1, True, START_NS + 300 * MS, START_NS + 1500 * MS, "lifted"),
    Outcome(2, False, START_NS + 1600 * MS, START_NS + 3400 * MS, "time is up"),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    SyntheticRun(tmp_path / "bag").write()
    return tmp_path


def test_the_figures_are_those_of_the_bag(folder: Path) -> None:
    summary = summarize(folder, OUTCOMES, video=False)
    assert summary.successes == 1
    assert summary.interval == pytest.approx((0.0126, 0.9874), abs=1e-4)
    assert summary.position_error_mm["block"].median == pytest.approx(2.0)
    assert summary.command_period_ms.median == pytest.approx(10.0)
    assert summary.image_rate_hz["front"] == pytest.approx(10.0, abs=0.3)


def test_every_file_it_names_is_there(folder: Path) -> None:
    summary = summarize(folder, OUTCOMES, video=True)
    assert all((folder / name).exists() for name in summary.files if name != "logs")
    written = json.loads((folder / "summary.json").read_text())
    assert [outcome["seed"] for outcome in written["outcomes"]] == [1, 2]


def test_what_is_printed_says_success_interval_and_place(folder: Path) -> None:
    page = io.StringIO()
    print_summary(summarize(folder, OUTCOMES, video=False), folder, Console(file=page, width=120))
    text = page.getvalue()
    assert "1 of 2 lifted (95 % interval 1 to 99 %)" in text
    assert "exposure -> joint target [ms]" in text
    assert str(folder) in text.replace("\n", "")

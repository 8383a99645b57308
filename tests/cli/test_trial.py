"""`diffpol trial`: from the plan to the report, with a person at the keyboard."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from diffpol_ros.cli.main import main
from diffpol_ros.cli.trial_person import stack_command
from diffpol_ros.trials.lock import locked

Type = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "campaign"


def plan(folder: Path, *more: str) -> int:
    return main(["trial", "plan", "--policies", "A=block_lift", "B=block_lift", "--output", str(folder), *more])


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Type:
    def typed(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return typed


def run(folder: Path, *more: str) -> int:
    return main(["trial", "run", str(folder), "--runner", "person", "--operator", "Ada", *more])


def error_of(capsys: pytest.CaptureFixture[str]) -> str:
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


def test_a_campaign_from_plan_to_report(folder: Path, types: Type, capsys: pytest.CaptureFixture[str]):
    assert plan(folder, "--trials", "2") == 0
    assert "| 50% and 80% | 0% |" in capsys.readouterr().out
    types("", "", "s", "", "", "", "f", "slipped", "", "", "x", "f", "1", "", "", "f", "too slow")
    assert run(folder, "--count", "0") == 0
    out = capsys.readouterr().out
    assert "trial 1 of 4, seed 1: success\n" in out and "trial 3 of 4, seed 2: failure (slipped)" in out
    assert "please answer s, f or a" in out and "4 judged, 0 left" in out
    assert main(["trial", "report", str(folder)]) == 0
    assert "Blind campaign" in capsys.readouterr().out
    assert main(["trial", "verify", str(folder)]) == 0
    assert "nobody is known to have looked" in capsys.readouterr().out
    assert sum(each["rate"]["successes"] for each in json.loads((folder / "report.json").read_text())["policies"]) == 1
    assert (folder / "report.md").read_text().startswith("# Blind campaign")


def test_a_head_that_was_noted_is_still_there(folder: Path, capsys: pytest.CaptureFixture[str]):
    plan(folder, "--trials", "1")
    found = re.search(r"head of the ledger: (\S+)", capsys.readouterr().out)
    assert found and main(["trial", "verify", str(folder), "--head", found[1]]) == 0
    assert main(["trial", "verify", str(folder), "--head", "1:beef"]) == 1
    assert "broken: line 1 is another than was noted" in capsys.readouterr().out


def test_the_stack_s_command_names_no_policy(folder: Path, types: Type, capsys: pytest.CaptureFixture[str]):
    plan(folder, "--trials", "1")
    capsys.readouterr()
    types("", "", "s", "")
    run(folder)
    room = folder / "trials" / "001"
    out = capsys.readouterr().out
    assert stack_command(room / "policy", room / "bag") in out and "block_lift" not in out


def test_no_verdict_gives_up_after_three(folder: Path, types: Type, capsys: pytest.CaptureFixture[str]):
    plan(folder, "--trials", "1")
    types("", "", "a", "cable", "", "", "a", "1", "", "", "a", "")
    assert run(folder, "--count", "0") == 1
    assert capsys.readouterr().out.count("does not count (cable), and is done again") == 2


def test_a_terminal_that_closes_leaves_the_trial_to_be_done(
    folder: Path, types: Type, capsys: pytest.CaptureFixture[str]
):
    plan(folder, "--trials", "1")
    types()
    assert run(folder) == 1
    types("")
    assert run(folder, "--count", "0") == 1
    assert "nobody answers: the terminal was closed" in capsys.readouterr().err
    types("", "", "s", "")
    assert run(folder) == 0 and "1 judged, 1 left" in capsys.readouterr().out


def test_an_early_report_needs_a_reason(folder: Path, capsys: pytest.CaptureFixture[str]):
    plan(folder, "--trials", "3")
    capsys.readouterr()
    assert main(["trial", "report", str(folder)]) == 1
    assert "6 of 6 trials are left: the schedule opens after the last. --early REASON" in error_of(capsys)
    assert main(["trial", "report", str(folder), "--early", "a deadline"]) == 0
    assert "No initial condition was met by all policies yet." in capsys.readouterr().out
    assert main(["trial", "verify", str(folder)]) == 1
    assert "no longer blind: line 2 opened the schedule early" in capsys.readouterr().out


def test_two_at_once_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]):
    plan(folder, "--trials", "1")
    capsys.readouterr()
    with locked(folder):
        assert run(folder) == 1
    assert "another `diffpol trial` works on this campaign" in error_of(capsys)


def test_pictures_and_names_of_places_come_from_a_file(tmp_path: Path, types: Type, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "left.png").touch()
    (tmp_path / "c.yaml").write_text("conditions: [{seed: 0, name: left edge, picture: left.png}]")
    assert plan(tmp_path / "campaign", "--conditions", str(tmp_path / "c.yaml")) == 0
    types("", "", "s", "")
    run(tmp_path / "campaign")
    out = capsys.readouterr().out
    assert "set the world up as in left edge" in out and str(tmp_path / "left.png") in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--policies", "A=block_lift", "B=block_loft"], "did you mean 'block_lift'?"),
        (["--policies", "block_lift"], "1 policies: a comparison needs 2"),
        (["--policies", "block_lift", "block_lift"], "policy 'block_lift' is named twice"),
        (["--policies", "A=", "block_lift"], "--policies has 'A=', expected a name, a path, or NAME=PATH"),
        (["--policies", "A=./tests/trials", "block_lift"], "manifest.yaml"),
        (["--policies", "A=block_lift", "block_lift", "--trials", "0"], "--trials is 0, expected 1 to 10000"),
        (["--policies", "A=block_lift", "block_lift", "--alpha", "1"], "--alpha is 1.0, expected 0.0001 to 0.5"),
        (["--policies", "A=block_lift", "block_lift", "--first-seed", "-1"], "--first-seed is -1"),
        (["--policies", "A=block_lift", "block_lift", "--conditions", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
    ],
)
def test_plans_that_make_no_sense_are_refused(
    folder: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
):
    assert main(["trial", "plan", *arguments, "--output", str(folder)]) == 1
    assert words in error_of(capsys)
    assert not folder.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("conditions: [{seed: 0}, {seed: 0}]", "condition 'seed 0' is there twice"),
        ("conditions: [{seed: 0, picture: lost.png}]", "picture lost.png does not exist beside it"),
        ("conditions: []", "no initial condition"),
        ("conditions: [{sed: 0}]", "did you mean 'seed'?"),
    ],
)
def test_bad_conditions_are_told(tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "c.yaml").write_text(text)
    assert plan(tmp_path / "campaign", "--conditions", str(tmp_path / "c.yaml")) == 1
    assert words in error_of(capsys)


@pytest.mark.parametrize("command", ["run", "report", "verify"])
def test_a_folder_that_is_no_campaign_is_told(tmp_path: Path, command: str, capsys: pytest.CaptureFixture[str]):
    assert main(["trial", command, str(tmp_path)]) == 1
    assert "is this the folder of a campaign?" in error_of(capsys)
    assert main(["trial", command, str(tmp_path / "none")]) == 1


def test_a_speed_that_no_clock_has_is_refused_before_a_trial_begins(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert plan(folder, "--trials", "1") == 0
    assert main(["trial", "run", str(folder), "--speed", "0"]) == 1
    assert "speed is 0.0, expected at least 0.01" in error_of(capsys)
    assert "begun" not in (folder / "ledger.jsonl").read_text(encoding="utf-8")


def test_a_negative_count_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert run(folder, "--count", "-1") == 1
    assert "--count is -1, expected at least 1, or 0 for all" in error_of(capsys)

"""`diffpol replay` says by its table, its words and its exit code whether a bag's decisions are the same."""

import io
import shutil
from pathlib import Path

import pytest
from rich.console import Console

from diffpol_ros.cli.replay import Replay
from diffpol_ros.cli.replay_run import CHANGED, NOTHING, SAME, run_replay
from diffpol_ros.core.errors import ResourceError, SettingsError
from tests.reenact.bridge_bag import Rig, write_bag

CONTROL = ("control",)


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rig = Rig()
    rig.move()
    return write_bag(tmp_path_factory.mktemp("run") / "bag", rig.texts)


def asked(replay: Replay) -> tuple[int, str]:
    console = Console(file=io.StringIO(), width=200, highlight=False)
    code = run_replay(replay, console)
    assert isinstance(console.file, io.StringIO)
    return code, console.file.getvalue()


def test_a_bag_that_is_the_same_ends_with_0(bag: Path) -> None:
    code, told = asked(Replay(bag.parent, CONTROL))
    assert code == SAME and "(100 %)" in told and "first difference" not in told


def test_another_parameter_ends_with_1_unless_the_thresholds_allow_it(bag: Path, tmp_path: Path) -> None:
    slow, thresholds = tmp_path / "slow.yaml", tmp_path / "thresholds.yaml"
    slow.write_text("velocity_scale: 0.02\njerk_scale: 0.9\n")
    code, told = asked(Replay(bag, CONTROL, params=slow))
    assert code == CHANGED and "control: first difference at 17" in told and "joint_positions" in told
    thresholds.write_text("control: {joint_positions: 1.0, decisions: 100}\n")
    assert asked(Replay(bag, CONTROL, check=thresholds, params=slow))[0] == SAME
    thresholds.write_text("control: {decisions: 100}\n")
    code, told = asked(Replay(bag, CONTROL, check=thresholds, params=slow))
    assert code == CHANGED and "allowed 0" in told and "exceeded" in told


def test_a_page_is_written_with_what_the_thresholds_say(bag: Path, tmp_path: Path) -> None:
    slow, thresholds, page = tmp_path / "slow.yaml", tmp_path / "thresholds.yaml", tmp_path / "page.html"
    slow.write_text("velocity_scale: 0.02\n")
    thresholds.write_text("control: {joint_positions: 1.0, decisions: 100}\n")
    code, told = asked(Replay(bag, CONTROL, check=thresholds, params=slow, report=page))
    assert code == SAME and f"look at: {page}" in told
    text = page.read_text(encoding="utf-8")
    assert f"<dt>thresholds</dt><dd>{thresholds}: kept</dd>" in text and "velocity_scale" in text


def test_a_page_is_written_of_what_cannot_be_judged(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    code, _ = asked(Replay(write_bag(tmp_path / "bag", ["x"], "/chatter"), CONTROL, report=page))
    assert code == NOTHING and "holds no journal" in page.read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_run(bag: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"name it FILE\.html"):
        run_replay(Replay(bag, CONTROL, report=tmp_path / "page.htm"))
    with pytest.raises(ResourceError, match=f"there is no folder {tmp_path / 'none'}"):
        run_replay(Replay(bag, CONTROL, report=tmp_path / "none" / "page.html"))
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(ResourceError, match="is a folder"):
        run_replay(Replay(bag, CONTROL, report=tmp_path / "folder.html"))


def test_a_bag_without_a_journal_ends_with_2(tmp_path: Path) -> None:
    code, told = asked(Replay(write_bag(tmp_path / "bag", ["x"], "/chatter"), CONTROL))
    assert code == NOTHING and "holds no journal" in told


def test_what_is_no_journal_at_all_ends_with_2(tmp_path: Path) -> None:
    code, told = asked(Replay(write_bag(tmp_path / "bag", ["what?"]), CONTROL))
    assert code == NOTHING and "no line of a journal" in told


def test_a_slip_on_the_command_line_is_an_error_with_its_cure(bag: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="did you mean 'control'"):
        run_replay(Replay(bag, ("contrl",)))
    with pytest.raises(ResourceError, match="does not exist"):
        run_replay(Replay(tmp_path / "nothing"))
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("velocity_scal: 0.5\n")
    with pytest.raises(SettingsError, match=r"wrong.yaml:1.*did you mean 'velocity_scale'"):
        run_replay(Replay(bag, CONTROL, params=wrong))


def test_a_bag_whose_end_was_torn_off_is_judged_and_that_is_told(bag: Path, tmp_path: Path) -> None:
    torn = Path(shutil.copytree(bag, tmp_path / "bag"))
    (file,) = torn.glob("*.mcap")
    file.write_bytes(file.read_bytes()[:-100])
    code, told = asked(Replay(torn, CONTROL))
    assert code == SAME and "(100 %)" in told and file.name in told

"""Commands that begin with a preset."""

import errno
import sys
from dataclasses import dataclass, field

import pytest

from sim.errors import TrainingError
from sim.terminal import Preset, run_preset


@dataclass(frozen=True)
class SmallSettings:
    width: int = 1
    """How wide."""


@dataclass(frozen=True)
class LargeSettings:
    height: int = 2
    """How high."""


@dataclass(frozen=True)
class Arguments:
    """Do it."""

    seed: int = 0
    """Of all."""
    count: int = 1
    """How many."""
    model: SmallSettings | LargeSettings = field(default_factory=SmallSettings)
    """What."""

    def __post_init__(self) -> None:
        if self.count < 1:
            raise TrainingError(f"count is {self.count}, expected at least 1")


PRESETS = {
    "small": Preset("a small one", Arguments()),
    "large": Preset("a large one", Arguments(model=LargeSettings(3))),
}


def given(monkeypatch: pytest.MonkeyPatch, *words: str) -> list[Arguments]:
    """Run the command line and return what reached the program."""
    monkeypatch.setattr(sys, "argv", ["program", *words])
    reached: list[Arguments] = []
    run_preset(reached.append, PRESETS, "Does it.")
    return reached


def test_options_stand_anywhere_and_change_the_preset(monkeypatch: pytest.MonkeyPatch):
    assert given(monkeypatch, "small") == [Arguments()]
    assert given(monkeypatch, "large", "--model.height", "5", "--seed", "4") == [Arguments(4, model=LargeSettings(5))]
    assert given(monkeypatch, "large", "--seed", "4") == [Arguments(4, model=LargeSettings(3))]


@pytest.mark.parametrize(("words", "status"), [((), 2), (("--help",), 0)])
def test_without_one_all_are_listed(
    words: tuple[str, ...], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        given(monkeypatch, *words)
    said = capsys.readouterr().out
    assert ended.value.code == status and "small  a small one" in said and "large  a large one" in said


def test_help_shows_the_preset_s_own_options(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        given(monkeypatch, "large", "--help")
    said = capsys.readouterr().out
    assert "How high. (default: 3)" in said and "How wide" not in said


def test_an_unknown_one_is_told_with_the_nearest(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        given(monkeypatch, "smal")
    assert ended.value.code == 2 and "no preset 'smal'; did you mean 'small'?" in capsys.readouterr().err


def test_an_error_on_purpose_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def fail(arguments: Arguments) -> None:
        raise TrainingError(f"seed {arguments.seed}")

    monkeypatch.setattr(sys, "argv", ["program", "small"])
    with pytest.raises(SystemExit) as ended:
        run_preset(fail, PRESETS, "Does it.")
    assert ended.value.code == 1 and capsys.readouterr().err == "error: seed 0\n"


def test_so_is_one_of_settings_that_make_no_sense(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    """Regression: it was raised while the command line was read, and ended in a traceback."""
    with pytest.raises(SystemExit) as ended:
        given(monkeypatch, "small", "--count", "0")
    assert ended.value.code == 1 and capsys.readouterr().err == "error: count is 0, expected at least 1\n"


def test_a_full_disk_is_one_line_and_a_missing_file_of_ours_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["program", "small"])

    def fail(number: int) -> None:
        raise OSError(number, "as the system says it", "results/log.jsonl")

    with pytest.raises(SystemExit) as ended:
        run_preset(lambda _: fail(errno.ENOSPC), PRESETS, "Does it.")
    said = capsys.readouterr().err
    assert ended.value.code == 1 and "results/log.jsonl" in said and "free some space" in said
    with pytest.raises(FileNotFoundError):
        run_preset(lambda _: fail(errno.ENOENT), PRESETS, "Does it.")

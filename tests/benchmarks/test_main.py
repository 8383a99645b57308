"""`make bench` leaves no command out without saying so."""

import re
from pathlib import Path

import pytest

from benchmarks import __main__ as bench

FOLDER = Path(bench.__file__).parent


def test_every_command_is_run_is_left_out_with_a_reason_or_is_part_of_another():
    sources = {path.stem: path.read_text(encoding="utf-8") for path in FOLDER.glob("[!_]*.py")}
    commands = {name for name, source in sources.items() if '__name__ == "__main__"' in source}
    parts = {
        name
        for name in commands
        if any(re.search(rf"benchmarks\.{name}\b", source) for other, source in sources.items() if other != name)
    }
    listed = {*bench.BENCHMARKS, *bench.LEFT_OUT}
    assert listed <= commands and commands - listed <= parts


def test_who_asks_for_an_unknown_benchmark_is_told_what_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("sys.argv", ["benchmarks", "gradient_agreement"])
    assert bench.main() == 2
    told = capsys.readouterr().err
    assert "replay" in told and "gradient_agreement: it needs a preset" in told

"""Where a drawing goes, and what is said where it cannot."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.cli.main import main
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.view.canvas import load_rerun, thinned


def test_without_rerun_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "rerun", None)
    with pytest.raises(ResourceError, match=r"pip install 'diffpol_ros\[view\]'"):
        load_rerun()
    assert main(["view", "nowhere", "--save", "never.rrd"]) == 1
    assert "pip install" in capsys.readouterr().err and not Path("never.rrd").exists()


@given(st.lists(st.integers(0, 10**9), unique=True).map(sorted), st.integers(1, 10**8))
def test_thinning_keeps_the_first_of_each_period(stamps: list[int], period_ns: int) -> None:
    stamps_ns = np.array(stamps, dtype=np.int64)
    chosen = stamps_ns[thinned(stamps_ns, period_ns)]
    assert len({(stamp - stamps[0]) // period_ns for stamp in stamps}) == len(chosen)
    assert not stamps or chosen[0] == stamps[0]


def test_without_a_display_no_window_is_opened(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rerun")
    from tests.replay.synthetic import SyntheticRun

    bag = SyntheticRun(here / "bag", duration_s=0.2).write()
    assert main(["view", str(bag)]) == 1
    assert "no display to open a window on: write a file with --save" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere: does not exist"),
        (["nowhere", "--save", "a.rrd", "--connect", "rerun+http://x"], "--save and --connect: choose one"),
        (["nowhere", "--sigmas", "0"], "--sigmas above 0"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("rerun")
    assert main(["view", *arguments]) == 1
    assert words in capsys.readouterr().err

"""The committed bag, one episode of the twin that lifts the block: what was decided then is decided today.

Made by `diffpol demo --episodes 1 --seed 1003 --image-stride 0 --no-video`; it holds tags and no images.
"""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from diffpol_ros.cli.replay import Replay
from diffpol_ros.cli.replay_run import SAME, run_replay
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.estimation import replay_estimation
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.policy import replay_policy
from diffpol_ros.reenact.result import StageResult

GOLDEN = Path(__file__).with_name("golden")
Replays = Callable[[Path, ReplayOptions], StageResult]
LEAST = {"estimation": 400, "policy": 400, "control": 1300}


def test_no_stage_decides_otherwise_by_more_than_the_thresholds_allow() -> None:
    console = Console(file=io.StringIO(), width=200, highlight=False)
    code = run_replay(Replay(GOLDEN, check=GOLDEN / "thresholds.yaml"), console)
    assert isinstance(console.file, io.StringIO)
    assert code == SAME, console.file.getvalue()


@pytest.mark.parametrize(
    ("stage", "replay"),
    [("estimation", replay_estimation), ("policy", replay_policy), ("control", replay_control)],
)
def test_the_bag_holds_a_whole_episode_of_every_stage(stage: str, replay: Replays) -> None:
    result = replay(GOLDEN / "bag", ReplayOptions())
    assert result.decisions >= LEAST[stage] and not result.not_judged and not result.complaints


def test_a_tighter_gate_would_have_decided_otherwise(tmp_path: Path) -> None:
    slower = tmp_path / "slower.yaml"
    slower.write_text("velocity_scale: 0.05\n", encoding="utf-8")
    result = replay_control(GOLDEN / "bag", ReplayOptions(parameters=slower))
    assert result.first is not None and result.equal < result.decisions

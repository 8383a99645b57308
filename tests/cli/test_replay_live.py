"""`diffpol replay BAG --live`: who is asked is who was asked then, and what does not fit together is refused."""

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diffpol_ros.cli.replay import Replay
from diffpol_ros.cli.replay_live import plan_of, run_live
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.gathering import load_run
from tests.graph_run import processes_of
from tests.replay.synthetic import SyntheticRun
from tests.tiny_policy import write_tiny_bundle
from tests.waiting import wait_until

GOLDEN = Path(__file__).parents[1] / "reenact" / "golden"
ASKED = Replay(GOLDEN, live=True)


def test_the_nodes_of_then_are_asked_again(tmp_path: Path) -> None:
    plan = plan_of(replace(ASKED, start=2.0, speed=0.5), GOLDEN / "bag", tmp_path)
    told = plan.arguments
    assert (told.model, told.robot, told.cameras, told.objects) == (
        "block_lift",
        "panda",
        ("front", "side"),
        ("block",),
    )
    assert (told.start, told.speed, told.bag_folder) == (2.0, 0.5, str(tmp_path / "bag"))
    assert plan.duration_s == pytest.approx(14.3, abs=0.1)


def test_another_policy_may_be_asked(tmp_path: Path) -> None:
    assert plan_of(replace(ASKED, model="own/mine"), GOLDEN / "bag", tmp_path).arguments.model == "own/mine"


def test_estimation_runs_where_the_bag_has_images(tmp_path: Path) -> None:
    assert plan_of(ASKED, GOLDEN / "bag", tmp_path).arguments.estimates == "recorded"
    bag = SyntheticRun(tmp_path / "bag", 0.5).write()
    assert plan_of(ASKED, bag, tmp_path).arguments.estimates == "live"


@pytest.mark.parametrize(
    "option",
    [
        *({"check": Path("x.yaml")}, {"stages": ("policy",)}, {"robot": "panda"}, {"calibration": "x"}),
        {"report": Path("x.html")},
    ],
    ids=str,
)
def test_what_is_for_a_replay_without_ros_is_refused_by_name(option: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=f"--{next(iter(option))} is for a replay without ROS"):
        run_live(replace(ASKED, **option))


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("x")
    with pytest.raises(ResourceError, match="is not empty"):
        run_live(replace(ASKED, output=tmp_path))


def start(folder: Path, model: Path, *options: str) -> subprocess.Popen[str]:
    words = ["replay", str(GOLDEN), "--live", "--with", str(model), "--output", str(folder), *options]
    return subprocess.Popen(
        [sys.executable, "-m", "diffpol_ros.cli.main", *words, "--domain", os.environ["ROS_DOMAIN_ID"]],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "COLUMNS": "150"},
        start_new_session=True,
    )


@pytest.mark.ros
@pytest.mark.xdist_group("ros")
@pytest.mark.timeout(180)
def test_a_bag_is_played_to_its_end_and_compared(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    # Slowly: on a busy machine nodes would be late for most of it.
    with start(folder, write_tiny_bundle(tmp_path / "tiny"), "--start", "9.0", "--speed", "0.5") as replay:
        output, _ = replay.communicate(timeout=150.0)
    assert replay.returncode == 0, output
    assert "chunks: 16 then" in output and "places at most" in output
    run = load_run(BagReader(folder / "bag"))
    assert run.chunks and len(run.joints) > 200 and not len(run.targets)
    assert not processes_of(folder)


@pytest.mark.ros
@pytest.mark.xdist_group("ros")
@pytest.mark.timeout(180)
def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    with start(folder, write_tiny_bundle(tmp_path / "tiny")) as replay:
        log = folder / "logs" / "player.log"
        wait_until(lambda: replay.poll() is not None or (log.exists() and "playing" in log.read_text()), what="playing")
        replay.send_signal(signal.SIGINT)
        output, _ = replay.communicate(timeout=60.0)
    assert replay.returncode == 130, output
    wait_until(lambda: not processes_of(folder), 20.0, "the end of every process")

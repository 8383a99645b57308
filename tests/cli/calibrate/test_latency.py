"""`diffpol calibrate latency`: on an arm whose latency is known, and what it refuses."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.calibrate.latency_file import MeasuredLatency
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.wiggling import WiggleShape
from diffpol_ros.cli.calibrate import latency_run
from diffpol_ros.cli.calibrate.latency import Latency
from diffpol_ros.cli.calibrate.latency_drive import LatencyDrive
from diffpol_ros.cli.main import main
from diffpol_ros.control.follower import ArmingError, Follower
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.settings import load_settings
from diffpol_ros.core.types import ActionChunk
from tests.cli.calibrate.late_arm import START_NS, LateArm

PANDA = load_robot_description("panda")
TRANSPORT, LAG = 0.012, 0.05


@pytest.fixture
def arm(monkeypatch: pytest.MonkeyPatch) -> LateArm:
    """Return the arm that the command finds."""
    arm = LateArm(PANDA, TRANSPORT, LAG, 0.045)

    monkeypatch.setattr(latency_run, "open_robot", lambda *_: arm)
    monkeypatch.setattr(latency_run, "LatencyDrive", lambda *_: drive_of(arm))
    return arm


def drive_of(arm: LateArm) -> LatencyDrive:
    return LatencyDrive(arm, PANDA, FollowerSettings(), arm.clock, arm.sleep)


def options(tmp_path: Path, **changes: object) -> Latency:
    given = Latency(yes=True, wiggles=6, output=tmp_path / "panda.yaml", date="2026-02-03")
    return dataclasses.replace(given, **changes)


@pytest.mark.usefixtures("arm")
def test_the_latency_of_an_arm_is_found_and_written(tmp_path: Path) -> None:
    assert options(tmp_path).run() == 0
    found = load_settings(MeasuredLatency, tmp_path / "panda.yaml")
    # A target takes effect at the tick of 1 ms after it arrived.
    assert found.transport == pytest.approx(TRANSPORT, abs=0.003)
    assert found.total == pytest.approx(TRANSPORT + LAG, abs=0.003)
    assert (found.robot, found.date, found.wiggles, found.rate) == ("panda", "2026-02-03", 6, 100.0)
    assert found.lead(100.0) == found.total + 0.005


def test_the_arm_ends_held_where_it_began(tmp_path: Path, arm: LateArm) -> None:
    options(tmp_path).run()
    assert not arm.controlled
    assert arm.closed
    assert arm.joints == pytest.approx(PANDA.home_positions, abs=0.02)


def test_without_a_yes_nothing_moves(tmp_path: Path, arm: LateArm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(Refusal, match="nobody said yes: nothing was moved"):
        options(tmp_path, yes=False).run()
    assert arm.joints.tolist() == PANDA.home_positions.tolist()
    assert arm.closed
    assert not (tmp_path / "panda.yaml").exists()


@pytest.mark.usefixtures("arm")
def test_a_yes_lets_it_move(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert options(tmp_path, yes=False).run() == 0


def test_an_arm_in_motion_is_not_armed(tmp_path: Path, arm: LateArm) -> None:
    arm.velocities = np.full(7, 0.5)
    with pytest.raises(ArmingError, match="enable at rest"):
        options(tmp_path).run()
    assert not arm.controlled


def test_no_room_is_told_before_anything_moves(arm: LateArm) -> None:
    low = PANDA.workspace.lower[2]
    drive = drive_of(arm)
    height = float(drive.kinematics.forward(arm.joints).position[2])
    with pytest.raises(Refusal, match=r"from the edge of its workspace.*move it inwards by hand"):
        drive.check(height - low + 0.01)


def test_a_robot_that_is_lost_is_told_and_nothing_is_written(tmp_path: Path, arm: LateArm) -> None:
    arm.broken_at_ns = START_NS + 5_000_000_000
    with pytest.raises(RobotError, match="the cable is cut"):
        options(tmp_path).run()
    assert arm.closed
    assert not (tmp_path / "panda.yaml").exists()


def test_ctrl_c_ends_with_the_arm_held(arm: LateArm) -> None:
    def interrupt(_: float) -> None:
        arm.sleep(0.01)
        if arm.clock.now_ns() > START_NS + 3_000_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wiggle_until(arm, interrupt)
    assert not arm.controlled
    assert arm.closed


def wiggle_until(arm: LateArm, sleep: Callable[[float], None]) -> None:
    with LatencyDrive(arm, PANDA, FollowerSettings(), arm.clock, sleep) as drive:
        drive.check(0.02)
        drive.start()
        drive.wiggle(WiggleShape(), np.array([0.0, 0.0, 1.0]))


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["--amplitude", "0.5"], "--amplitude is 0.5, expected at most 0.05"),
        (["--rate", "5"], "--rate is 5.0, expected at least 20.0"),
        (["--twin", "--robot-host", "somewhere"], "leave --robot-host and the ports out"),
        (["--robot", "pandda"], "did you mean 'panda'?"),
    ],
)
def test_bad_options_are_one_line(capsys: pytest.CaptureFixture[str], given: list[str], complaint: str) -> None:
    assert main(["calibrate", "latency", *given]) == 1
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_a_wiggle_that_is_dropped_is_done_once_more(
    tmp_path: Path, arm: LateArm, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, asked = Follower.accept, []

    def forget_the_second(follower: Follower, chunk: ActionChunk, now_ns: int) -> None:
        asked.append(now_ns)
        if len(asked) != 2:
            accept(follower, chunk, now_ns)

    monkeypatch.setattr(Follower, "accept", forget_the_second)
    assert options(tmp_path).run() == 0
    assert len(asked) == 7
    assert load_settings(MeasuredLatency, tmp_path / "panda.yaml").wiggles == 6
    assert arm.closed


def test_a_late_answer_costs_one_wiggle_and_not_the_measurement(
    tmp_path: Path, arm: LateArm, capsys: pytest.CaptureFixture[str]
) -> None:
    arm.late_at_ns = START_NS + 5_000_000_000
    assert options(tmp_path).run() == 0
    assert "once more: a wiggle was broken off: no answer within 25 ms" in capsys.readouterr().out
    assert load_settings(MeasuredLatency, tmp_path / "panda.yaml").wiggles == 6
    assert arm.closed

"""What every robot does when it goes away and comes back, and after it was closed."""

from contextlib import suppress

import numpy as np
import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.base import ControllerStopped
from tests.system.conformance.rig import Rig
from tests.system.conformance.targets import DEAD_BAND, SHIFT, distance, reconnect, target, travel


def test_a_lost_robot_is_an_error_and_not_a_silence(following: Rig) -> None:
    following.lose()
    with pytest.raises(RobotError):
        _poll(following, 0.4)


def test_after_a_loss_nothing_queued_is_executed(following: Rig) -> None:
    sent = travel(following, SHIFT)
    following.lose()
    for step in range(1, 11):
        away = JointTarget(0, sent.joint_positions - SHIFT * step / 10.0, 0.0)
        with pytest.raises(RobotError):
            following.robot.send(away)
    with suppress(RobotError):
        following.robot.stop()
    following.restore()
    reconnect(following)
    following.advance(0.5)
    assert following.robot.hand.width() == pytest.approx(sent.gripper_width, abs=DEAD_BAND)
    assert distance(following, sent.joint_positions) <= following.rest_tolerance + 0.01


def test_after_a_loss_targets_are_refused_until_a_new_start(following: Rig) -> None:
    following.lose()
    with pytest.raises(RobotError):
        following.robot.send(JointTarget(0, following.description.home_positions, 0.06))
    following.restore()
    reconnect(following)
    with pytest.raises(ControllerStopped):
        following.robot.send(target(following))
    following.robot.start_controller()
    travel(following, 0.5 * SHIFT)
    wanted = following.description.home_positions + 0.5 * SHIFT
    assert distance(following, wanted) <= following.rest_tolerance


def test_a_robot_that_is_away_cannot_be_connected_and_says_why(rig: Rig) -> None:
    rig.lose()
    with pytest.raises(RobotError, match=r"\w+"):
        rig.robot.connect()
    rig.restore()
    reconnect(rig)
    assert np.isfinite(rig.robot.state().joint_positions).all()


def test_a_closed_robot_closes_again_and_says_that_it_is_closed(following: Rig) -> None:
    before = following.true_positions()
    following.robot.close()
    following.robot.close()
    with pytest.raises(RobotError, match="closed"):
        following.robot.state()
    with pytest.raises(RobotError, match="closed"):
        following.robot.send(JointTarget(0, before, 0.06))
    with pytest.raises(RobotError, match="closed"):
        following.robot.start_controller()


def test_a_robot_that_was_never_connected_closes(rig: Rig) -> None:
    rig.robot.close()


def _poll(rig: Rig, duration_s: float) -> None:
    for _ in range(round(duration_s / 0.01)):
        rig.robot.state()
        rig.advance(0.01)

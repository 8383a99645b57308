"""How every robot moves: soft start, targets really reached, stop holds."""

import numpy as np
import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.base import ControllerStopped
from tests.system.conformance.rig import Rig
from tests.system.conformance.targets import SHIFT, distance, target, travel

# A robot that has begun to hold may sink by this much [rad].
HOLDING = 0.005


def test_nothing_is_sent_before_the_controller_is_started(connected: Rig) -> None:
    before = connected.true_positions()
    with pytest.raises(ControllerStopped, match="enable"):
        connected.robot.send(target(connected, SHIFT))
    connected.advance(0.1)
    assert distance(connected, before) < HOLDING


def test_a_started_controller_holds_where_the_arm_is(connected: Rig) -> None:
    before = connected.true_positions()
    connected.robot.start_controller()
    for _ in range(5):
        connected.advance(0.1)
        assert distance(connected, before) < HOLDING


def test_a_target_is_reached_and_what_was_sent_is_told(following: Rig) -> None:
    asked = following.description.home_positions + SHIFT
    sent = travel(following, SHIFT)
    assert np.abs(sent.joint_positions - asked).max() < 1e-6
    assert distance(following, sent.joint_positions) <= following.rest_tolerance
    state = following.robot.state()
    assert np.abs(state.joint_positions - sent.joint_positions).max() <= following.rest_tolerance
    assert np.abs(state.joint_velocities).max() < 0.05


def test_stop_holds_where_the_arm_is_and_refuses_later_targets(following: Rig) -> None:
    sent = travel(following, SHIFT)
    following.robot.stop()
    with pytest.raises(ControllerStopped):
        following.robot.send(target(following, 0.0))
    following.advance(0.3)
    assert distance(following, sent.joint_positions) <= following.rest_tolerance + HOLDING


def test_stop_is_harmless_when_repeated_and_before_a_start(connected: Rig) -> None:
    connected.robot.stop()
    connected.robot.start_controller()
    connected.robot.stop()
    connected.robot.stop()


def test_a_stopped_robot_starts_again_without_going_back(following: Rig) -> None:
    sent = travel(following, SHIFT)
    following.robot.stop()
    following.robot.start_controller()
    following.advance(0.5)
    assert distance(following, sent.joint_positions) <= following.rest_tolerance + HOLDING
    following.robot.send(target(following, SHIFT))


def test_starting_twice_goes_on_holding(following: Rig) -> None:
    before = following.true_positions()
    following.robot.start_controller()
    following.advance(0.2)
    assert distance(following, before) < HOLDING


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("place", ["joint", "width"])
def test_what_is_not_finite_never_leaves_and_the_robot_goes_on(following: Rig, bad: float, place: str) -> None:
    before = following.true_positions()
    positions = following.description.home_positions.copy()
    if place == "joint":
        positions[3] = bad
    with pytest.raises(RobotError, match="finite"):
        following.robot.send(JointTarget(0, positions, bad if place == "width" else 0.06))
    following.advance(0.05)
    assert distance(following, before) < HOLDING
    following.robot.send(target(following))


def test_recovering_a_healthy_robot_changes_nothing_but_needs_a_start(following: Rig) -> None:
    before = following.true_positions()
    following.robot.stop()
    following.robot.recover()
    following.robot.start_controller()
    following.robot.send(target(following))
    following.advance(0.1)
    assert distance(following, before) < HOLDING

"""What every hand does."""

import pytest

from diffpol_ros.core.errors import RobotError
from tests.system.conformance.rig import Rig
from tests.system.conformance.targets import DEAD_BAND, target

# Fingers move by their own speed.
TRAVEL_S = 1.5


def test_the_fingers_go_where_they_are_sent(connected: Rig) -> None:
    for width in (0.03, 0.07):
        assert connected.robot.hand.goto(width) == pytest.approx(width)
        connected.advance(TRAVEL_S)
        assert connected.robot.hand.width() == pytest.approx(width, abs=DEAD_BAND)
    assert connected.robot.state().gripper_width == pytest.approx(0.07, abs=DEAD_BAND)


@pytest.mark.parametrize("beyond", [-1.0, 1.0])
def test_a_width_beyond_the_hand_is_cut_and_told(connected: Rig, beyond: float) -> None:
    gripper = connected.description.gripper
    end = gripper.maximum_width if beyond > 0.0 else gripper.closed_width
    assert connected.robot.hand.goto(beyond) == end
    connected.advance(TRAVEL_S)
    assert connected.robot.hand.width() == pytest.approx(end, abs=DEAD_BAND)


def test_a_target_moves_the_fingers_too(following: Rig) -> None:
    sent = following.robot.send(target(following, width=0.02))
    assert sent.gripper_width == pytest.approx(0.02)
    following.advance(TRAVEL_S)
    assert following.robot.hand.width() == pytest.approx(0.02, abs=DEAD_BAND)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_width_that_is_not_finite_is_refused(connected: Rig, bad: float) -> None:
    with pytest.raises(RobotError, match="finite"):
        connected.robot.hand.goto(bad)

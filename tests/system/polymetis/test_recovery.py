"""Errors that the robot latched, and the stiffness that comes and goes slowly."""

from typing import Any

import numpy as np
import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.base import ControllerStopped, NeedsRecovery
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.twin import wire
from diffpol_ros.twin.controllers import NativeController
from diffpol_ros.twin.plant import PlantState
from tests.fake_plant import HOME
from tests.fake_twin import FakeTwin
from tests.waiting import wait_until


def target(offset: float = 0.0) -> JointTarget:
    return JointTarget(0, HOME + offset, 0.08)


class Reflex:
    """Makes the twin report an error while it is `on`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.on = False
        self._healthy = wire.robot_state_message
        monkeypatch.setattr(wire, "robot_state_message", self._message)

    def _message(self, state: PlantState) -> Any:
        message = self._healthy(state)
        message.error_code = int(self.on)
        return message


def test_a_reported_error_stops_the_updates_until_it_is_recovered(
    robot: PolymetisRobot, monkeypatch: pytest.MonkeyPatch
) -> None:
    reflex = Reflex(monkeypatch)
    robot.connect()
    robot.start_controller()
    reflex.on = True
    with pytest.raises(NeedsRecovery, match="then recover"):
        robot.state()
    with pytest.raises(ControllerStopped, match="error 1"):
        robot.send(target())
    with pytest.raises(NeedsRecovery):
        robot.start_controller()
    with pytest.raises(NeedsRecovery):
        robot.recover()
    reflex.on = False
    robot.recover()
    with pytest.raises(ControllerStopped):
        robot.send(target())
    robot.start_controller()
    robot.send(target())


def test_recovering_ends_a_controller_that_still_runs(robot: PolymetisRobot, twin: FakeTwin) -> None:
    robot.connect()
    robot.start_controller()
    robot.recover()
    assert not isinstance(twin.plant.law, NativeController)
    with pytest.raises(RobotError, match="its controller was ended"):
        robot.send(target())


def test_the_stiffness_comes_in_slowly_and_changes_slowly(robot: PolymetisRobot, twin: FakeTwin) -> None:
    robot.connect()
    robot.start_controller()
    controller = twin.plant.law
    assert isinstance(controller, NativeController)
    shares = [controller.law.stiffness]
    wait_until(lambda: shares.append(controller.law.stiffness) or shares[-1] > 0.999)
    robot.soften(0.4)
    robot.state()
    robot.send(target())
    wait_until(lambda: shares.append(controller.law.stiffness) or shares[-1] < 0.401)
    assert shares[0] < 0.5
    assert np.abs(np.diff(shares)).max() < 0.5


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_stiffness_that_cannot_be_is_refused(robot: PolymetisRobot, share: float) -> None:
    with pytest.raises(RobotError, match="0 to 1"):
        robot.soften(share)

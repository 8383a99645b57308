"""The model that the robot gives of itself may not come, or be no model; no franky needed."""

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.base import RobotUnreachable
from diffpol_ros.robots.libfranka.arm import Arm, joint_ranges
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings
from tests.robots.libfranka.scripted_franky import ScriptedFranky

FR3 = load_robot_description("fr3")


def test_a_line_lost_while_the_model_is_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    franky: Any = ScriptedFranky()

    class Robot:
        def __init__(self, _host: str, realtime_config: object) -> None:
            self.realtime_config = realtime_config

        @property
        def model_urdf(self) -> str:
            raise franky.NetworkException("libfranka: connection reset")

    franky.Robot, franky.RealtimeConfig = Robot, SimpleNamespace(Enforce=1, Ignore=2)
    monkeypatch.setitem(sys.modules, "franky", franky)
    arm = Arm(FR3.backend.settings.read(LibfrankaSettings))
    with pytest.raises(RobotUnreachable, match="connection reset"):
        arm.check_limits(FR3.limits)


@pytest.mark.parametrize("urdf", ["", "<robot", "<robot/>"])
def test_what_is_no_model_is_told(urdf: str) -> None:
    with pytest.raises(RobotError, match="the robot at nowhere"):
        joint_ranges(urdf, "the robot at nowhere")

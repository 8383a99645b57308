"""The bridge on the robot without an arm: as its description stands, safety included, and with a policy's heartbeat."""

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.policy_watch import Heartbeat, PolicyWatch
from diffpol_ros.control.verdict import Hold
from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.backends import open_robot
from diffpol_ros.robots.link import RobotLink

PATIENCE_S = 5.0


def test_it_is_armed_by_the_shipped_policys_heartbeat() -> None:
    description, panda = load_robot_description("rehearsal"), load_robot_description("panda")
    assert description.safety == panda.safety
    link, steady = RobotLink(open_robot(description)), SteadyClock()
    policy = PolicyWatch(description.name, description.base_frame, PATIENCE_S)
    bridge = Bridge(link, Follower(description, link.robot), AnchoredClock(), policy, steady)
    assert bridge.tick().verdict == Hold("not_enabled", "not enabled")
    bridge.hear(Heartbeat("one", "block_lift", "d1", panda.name, panda.base_frame, 0.1, True), steady.now_ns())
    bridge.enable()
    assert bridge.tick().verdict == Hold("no_chunk", "no chunk yet")
    bridge.close()

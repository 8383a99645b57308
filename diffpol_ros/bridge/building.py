"""A bridge from its setup and its surroundings: one way for the live one and for the one that is run again."""

from dataclasses import dataclass
from typing import TypeVar

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.bridge.heard import HeardRobot, HeardStops
from diffpol_ros.bridge.setup import BridgeSetup
from diffpol_ros.control.anchored_clock import AnchoredClock
from diffpol_ros.control.follower import Follower
from diffpol_ros.control.policy_watch import PolicyWatch
from diffpol_ros.core.clock import Clock, SteadyClock, SystemClock
from diffpol_ros.core.journal.outside import HeardClock, Outside
from diffpol_ros.robots.base import Robot
from diffpol_ros.robots.link import RobotLink

Kind = TypeVar("Kind", bound=Bridge)


@dataclass(frozen=True)
class Clocks:
    """system: of the stamps, which may jump. steady: of how long things last. link: of how often to connect."""

    system: Clock
    steady: Clock
    link: Clock


def machine_clocks() -> Clocks:
    """Return those of this machine."""
    return Clocks(SystemClock(), SteadyClock(), SteadyClock())


def build_bridge(kind: type[Kind], setup: BridgeSetup, robot: Robot, clocks: Clocks, outside: Outside) -> Kind:
    """Return a bridge under `setup` that hears of `robot` and `clocks` through `outside`."""
    link = RobotLink(HeardRobot(robot, outside), HeardClock(clocks.link, outside, "link"))
    follower = Follower(setup.description, link.robot, setup.settings)
    steady = HeardClock(clocks.steady, outside, "steady")
    anchored = AnchoredClock(HeardClock(clocks.system, outside, "system"), steady)
    description, silence = setup.description, setup.policy_silence
    policy = PolicyWatch(description.name, description.base_frame, silence) if silence else None
    return kind(link, follower, anchored, policy, steady, HeardStops(outside))

"""What the robot and the line to it may do."""

from collections.abc import Iterator
from contextlib import contextmanager

from diffpol_ros.faults.fault import LINK_LOST_S, Fault, Recovery
from diffpol_ros.faults.rig import FakeRig, TwinRig
from diffpol_ros.faults.scripted_robot import raising
from diffpol_ros.robots.base import RobotUnreachable


@contextmanager
def unreachable_robot(rig: FakeRig) -> Iterator[int]:
    """Let every call of the backend fail."""
    lost = raising(RobotUnreachable("the scripted robot does not answer: mend it"))
    rig.robot.on_state, rig.robot.on_connect = lost, lost
    try:
        yield rig.now_ns()
    finally:
        rig.robot.mend()


@contextmanager
def stalled_line(rig: TwinRig) -> Iterator[int]:
    """Pull the cable between bridge and robot."""
    rig.arm_line.stall()
    try:
        yield rig.now_ns()
    finally:
        rig.arm_line.resume()


ROBOT_FAULTS = (
    Fault(
        name="robot_link_lost",
        what="The network to the robot is lost for good: nothing passes, nothing is refused.",
        expected=("stop.robot_lost", "stop.robot_frozen", "stop.robot_refused"),
        recovery=Recovery.ENABLE,
        fake=unreachable_robot,
        twin=stalled_line,
        target=LINK_LOST_S,
    ),
)

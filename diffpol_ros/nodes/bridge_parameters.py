"""What may be chosen of a bridge: its robot, where that is, and how it moves."""

from dataclasses import dataclass, fields

from diffpol_ros.calibrate.latency_file import LONGEST_LEAD, MEASURED, command_lead
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.settings import setting
from diffpol_ros.robots.backends import Address


@dataclass(frozen=True)
class BridgeParameters(FollowerSettings):
    """Which robot, where, and how it moves. Empty host and port 0 mean: what the robot's description says."""

    robot: str = setting("panda", description="robot description: a name in calibration/robots/ or a file")
    robot_host: str = setting("", description="host of the robot's servers")
    arm_port: int = setting(0, description="port of the arm's server", minimum=0, maximum=65535)
    gripper_port: int = setting(0, description="port of the gripper's server", minimum=0, maximum=65535)
    braking_time: float = setting(
        0.06,
        description="in which every joint can brake from any speed it is allowed; 0: however long that takes [s]",
        minimum=0.0,
        maximum=1.0,
    )
    policy_silence: float = setting(
        0.11,
        description="of the policy before the arm brakes and holds; 0: no heartbeat is asked for [s]",
        minimum=0.0,
        maximum=2.0,
    )
    command_lead: float = setting(
        0.0,
        description="how far ahead of now the path is sampled; -1: as `diffpol calibrate latency` measured it [s]",
        minimum=MEASURED,
        maximum=LONGEST_LEAD,
    )

    realtime_priority: int = setting(
        0, description="of the loop's thread before all others (SCHED_FIFO); 0: like any other", minimum=0, maximum=99
    )

    @property
    def address(self) -> Address:
        """Where the robot is, where that was chosen."""
        return Address(self.robot_host, self.arm_port, self.gripper_port)

    def follower(self, robot: str) -> FollowerSettings:
        """Return the part for the follower of `robot`, its lead looked up where it was measured."""
        values = {field.name: getattr(self, field.name) for field in fields(FollowerSettings)}
        values["command_lead"] = command_lead(self.command_lead, robot, self.rate)
        return FollowerSettings(**values)

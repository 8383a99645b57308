"""What may be chosen of a bridge: its robot, where that is, and how it moves."""

from dataclasses import dataclass

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
    policy_silence: float = setting(
        0.15,
        description="of the policy before the arm brakes and holds; 0: no heartbeat is asked for [s]",
        minimum=0.0,
        maximum=2.0,
    )

    @property
    def address(self) -> Address:
        """Where the robot is, where that was chosen."""
        return Address(self.robot_host, self.arm_port, self.gripper_port)

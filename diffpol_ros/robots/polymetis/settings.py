"""How to reach a Polymetis server, its controller and the gains: the `backend` of a robot's description."""

from dataclasses import dataclass
from typing import Literal

from diffpol_ros.core.robot_description import Seven, Six
from diffpol_ros.core.settings import setting


@dataclass(frozen=True)
class PolymetisSettings:
    """How to reach a Polymetis server and how its arm follows targets; each range is what can be held safely."""

    joint_stiffness: Seven = setting(description="Kq [Nm/rad]", minimum=1.0, maximum=200.0)
    joint_damping: Seven = setting(description="Kqd [Nm s/rad]", minimum=0.1, maximum=50.0)
    cartesian_stiffness: Six = setting(
        description="Kx [N/m] x3, [Nm/rad] x3; only of the hybrid controller", minimum=0.0, maximum=3000.0
    )
    cartesian_damping: Six = setting(
        description="Kxd [N s/m] x3, [Nm s/rad] x3; only of the hybrid controller", minimum=0.0, maximum=200.0
    )
    controller: Literal["hybrid", "joint"] = setting(
        "hybrid", description="impedance of joints and end effector, as policies are trained with, or of joints alone"
    )
    stiffness_scale: float = setting(
        1.0, description="share of both stiffnesses, for careful first trials", minimum=0.1, maximum=1.0
    )
    soft_start: float = setting(
        0.5, description="in which the stiffness comes in, or changes from nothing to all [s]", minimum=0.1, maximum=5.0
    )
    host: str = setting("127.0.0.1", description="of the robot server")
    port: int = setting(50051, description="of the robot server", minimum=1, maximum=65535)
    gripper_host: str = setting("", description="of the gripper server; empty: as the robot server")
    gripper_port: int = setting(50052, description="of the gripper server", minimum=1, maximum=65535)

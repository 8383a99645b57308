"""How to reach a Polymetis server and the gains of its controller: the `backend` of a robot's description."""

from dataclasses import dataclass

from diffpol_ros.core.robot_description import Seven, Six
from diffpol_ros.core.settings import setting


@dataclass(frozen=True)
class PolymetisSettings:
    """How to reach a Polymetis server and the gains of the hybrid joint impedance controller."""

    joint_stiffness: Seven = setting(description="Kq [Nm/rad]", minimum=0.0, maximum=200.0)
    joint_damping: Seven = setting(description="Kqd [Nm s/rad]", minimum=0.0, maximum=50.0)
    cartesian_stiffness: Six = setting(description="Kx [N/m] x3, [Nm/rad] x3", minimum=0.0, maximum=3000.0)
    cartesian_damping: Six = setting(description="Kxd [N s/m] x3, [Nm s/rad] x3", minimum=0.0, maximum=200.0)
    host: str = setting("127.0.0.1", description="of the robot server")
    port: int = setting(50051, description="of the robot server", minimum=1, maximum=65535)
    gripper_host: str = setting("", description="of the gripper server; empty: as the robot server")
    gripper_port: int = setting(50052, description="of the gripper server", minimum=1, maximum=65535)

"""Where an FR3 is, how stiffly it follows and when it stops by itself: the `backend` of its description."""

from dataclasses import dataclass
from typing import Literal

from diffpol_ros.core.robot_description import Seven, Six, Three
from diffpol_ros.core.settings import setting


@dataclass(frozen=True)
class Gains:
    """Of tau = (J^T Kx J + Kq)(q_d - q) - (J^T Kxd J + Kqd) qdot + coriolis, the law of Polymetis's and the twin's."""

    joint_stiffness: Seven = setting(description="Kq [Nm/rad]", minimum=0.0, maximum=600.0)
    joint_damping: Seven = setting(description="Kqd [Nm s/rad]", minimum=0.0, maximum=50.0)
    cartesian_stiffness: Six = setting(description="Kx [N/m] x3, [Nm/rad] x3", minimum=0.0, maximum=3000.0)
    cartesian_damping: Six = setting(description="Kxd [N s/m] x3, [Nm s/rad] x3", minimum=0.0, maximum=200.0)
    ramp_s: float = setting(0.3, description="time constant of stiffness after the start [s]", minimum=0.1, maximum=5.0)


@dataclass(frozen=True)
class Collision:
    """External torques and forces at which the robot notes a contact, and at which it stops with a reflex."""

    contact_torque: Seven = setting(description="[Nm]", minimum=1.0, maximum=100.0)
    reflex_torque: Seven = setting(description="[Nm]", minimum=1.0, maximum=100.0)
    contact_force: Six = setting(description="[N] x3, [Nm] x3", minimum=1.0, maximum=100.0)
    reflex_force: Six = setting(description="[N] x3, [Nm] x3", minimum=1.0, maximum=100.0)

    def __post_init__(self) -> None:
        """Refuse contacts that would be noted only after the reflex."""
        for name in ("torque", "force"):
            pairs = zip(getattr(self, f"contact_{name}"), getattr(self, f"reflex_{name}"), strict=True)
            for entry, (contact, reflex) in enumerate(pairs):
                if contact > reflex:
                    raise ValueError(f"contact_{name}[{entry}] {contact} > reflex_{name}[{entry}] {reflex}: swapped?")


@dataclass(frozen=True)
class Payload:
    """What the flange carries beside the hand that Desk knows of."""

    mass: float = setting(0.0, description="[kg]", minimum=0.0, maximum=3.0)
    centre: Three = setting((0.0, 0.0, 0.0), description="of mass, from the flange [m]", minimum=-0.3, maximum=0.3)
    inertia: Three = setting((0.0, 0.0, 0.0), description="about x, y, z [kg m^2]", minimum=0.0, maximum=0.5)

    @property
    def inertia_matrix(self) -> tuple[float, ...]:
        """The inertia as nine numbers, column by column."""
        x, y, z = self.inertia
        return (x, 0.0, 0.0, 0.0, y, 0.0, 0.0, 0.0, z)


@dataclass(frozen=True)
class LibfrankaSettings:
    """How to reach an FR3 and how it is to behave; its ports are fixed (1337, and 1338 for the hand)."""

    gains: Gains = setting(description="while following")
    collision: Collision = setting(description="when to stop by itself")
    payload: Payload = setting(Payload(), description="what the flange carries")
    holding_stiffness: Seven = setting(
        (3000.0, 3000.0, 3000.0, 2500.0, 2500.0, 2000.0, 2000.0),
        description="of the robot's own controller, which holds while nothing is followed [Nm/rad]",
        minimum=10.0,
        maximum=14250.0,
    )
    host: str = setting("172.16.0.2", description="of the robot's control box")
    realtime: Literal["enforce", "ignore"] = setting(
        "enforce", description="whether a host without a real-time kernel is refused"
    )

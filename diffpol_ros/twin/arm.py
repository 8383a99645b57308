"""The Franka arm as a chain of MuJoCo bodies: frames, masses, joints and what it may bump with."""

import math
from dataclasses import dataclass

import mujoco

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.twin.inertia import ARM, Inertia

# Reflected rotor inertia [kg m^2] and viscous friction [Nm s/rad] of each joint, as commonly used for this arm.
ARMATURE = 0.1
DAMPING = 1.0

# Who touches whom: table and block touch the robot, block touches table, the robot never itself.
TABLE_CONTACT = (1, 0)
BLOCK_CONTACT = (2, 1)
ROBOT_CONTACT = (0, 3)
NO_CONTACT = (0, 0)
COLLISION_GROUP = 3


@dataclass(frozen=True)
class Capsule:
    """A capsule of a link's collision shape: its end points in the link's frame and its radius [m]."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    radius: float


# The last links only: the others cannot reach the table while the tool stays above it.
COLLISION: dict[int, tuple[Capsule, ...]] = {
    5: (Capsule((0.0, 0.08, -0.2), (0.0, 0.08, -0.06), 0.025),),
    6: (Capsule((0.0, 0.0, -0.07), (0.0, 0.0, 0.01), 0.05),),
    7: (Capsule((0.0, 0.0, -0.06), (0.0, 0.0, 0.08), 0.04),),
}


def add_arm(spec: mujoco.MjSpec, description: RobotDescription) -> list[mujoco.MjsBody]:
    """Add links 0 to 7 to the world and return their bodies."""
    base = spec.worldbody.add_body(name="panda_link0")
    set_inertia(base, ARM[0])
    links = [base]
    for index in range(7):
        links.append(_add_link(links[-1], description, index))
    return links


def set_inertia(body: mujoco.MjsBody, inertia: Inertia) -> None:
    """Give `body` the published inertia instead of one derived from its shapes."""
    body.mass = inertia.mass
    body.ipos = inertia.centre
    body.fullinertia = inertia.tensor
    body.explicitinertial = True


def add_collision(body: mujoco.MjsBody, capsule: Capsule) -> None:
    """Add a capsule that nobody sees."""
    contype, conaffinity = ROBOT_CONTACT
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_CAPSULE,
        fromto=[*capsule.start, *capsule.end],
        size=[capsule.radius, 0.0, 0.0],
        contype=contype,
        conaffinity=conaffinity,
        group=COLLISION_GROUP,
    )


def _add_link(parent: mujoco.MjsBody, description: RobotDescription, index: int) -> mujoco.MjsBody:
    geometry, limits = description.kinematics, description.limits
    a, d, alpha = geometry.a[index], geometry.d[index], geometry.alpha[index]
    body = parent.add_body(
        name=f"panda_link{index + 1}",
        pos=[a, -d * math.sin(alpha), d * math.cos(alpha)],
        quat=[math.cos(alpha / 2.0), math.sin(alpha / 2.0), 0.0, 0.0],
    )
    body.add_joint(
        name=description.joint_names[index],
        type=mujoco.mjtJoint.mjJNT_HINGE,
        axis=[0.0, 0.0, 1.0],
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        range=[limits.lower[index], limits.upper[index]],
        armature=ARMATURE,
        damping=DAMPING,
    )
    set_inertia(body, ARM[index + 1])
    for capsule in COLLISION.get(index + 1, ()):
        add_collision(body, capsule)
    return body

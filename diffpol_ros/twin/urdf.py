"""A URDF of the arm for clients of Polymetis that compute kinematics from it: joints and limits, no meshes."""

import math

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.twin.inertia import ARM, Inertia


def urdf_of(description: RobotDescription) -> str:
    """Return the arm from panda_link0 to panda_link8, the flange, which weighs nothing."""
    links = "\n".join(_link(number, inertia) for number, inertia in enumerate(ARM))
    links += f'\n  <link name="panda_link{len(ARM)}"/>'
    joints = "\n".join(_joint(description, index) for index in range(7))
    flange = (
        '  <joint name="panda_joint8" type="fixed"><parent link="panda_link7"/><child link="panda_link8"/>'
        f'<origin xyz="0 0 {description.kinematics.flange}" rpy="0 0 0"/></joint>'
    )
    return f'<?xml version="1.0"?>\n<robot name="{description.name}">\n{links}\n{joints}\n{flange}\n</robot>\n'


def _link(number: int, inertia: Inertia) -> str:
    xx, yy, zz, xy, xz, yz = inertia.tensor
    centre = " ".join(str(value) for value in inertia.centre)
    return (
        f'  <link name="panda_link{number}"><inertial><origin xyz="{centre}" rpy="0 0 0"/>'
        f'<mass value="{inertia.mass}"/><inertia ixx="{xx}" iyy="{yy}" izz="{zz}" ixy="{xy}" ixz="{xz}" iyz="{yz}"/>'
        "</inertial></link>"
    )


def _joint(description: RobotDescription, index: int) -> str:
    geometry, limits = description.kinematics, description.limits
    a, d, alpha = geometry.a[index], geometry.d[index], geometry.alpha[index]
    # Rx(alpha) Tx(a) Tz(d) as URDF's translation, then rotation.
    y, z = -d * math.sin(alpha), d * math.cos(alpha)
    return (
        f'  <joint name="{description.joint_names[index]}" type="revolute">'
        f'<parent link="panda_link{index}"/><child link="panda_link{index + 1}"/>'
        f'<origin xyz="{a} {y:.12g} {z:.12g}" rpy="{alpha} 0 0"/><axis xyz="0 0 1"/>'
        f'<limit lower="{limits.lower[index]}" upper="{limits.upper[index]}" '
        f'effort="{limits.torque[index]}" velocity="{limits.velocity[index]}"/></joint>'
    )

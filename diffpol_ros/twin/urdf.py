"""A URDF of the arm for clients of Polymetis that compute kinematics from it: joints and limits, no meshes."""

import math

from diffpol_ros.core.robot_description import RobotDescription

_INERTIA = '<inertial><mass value="1"/><inertia ixx="0.01" ixy="0" ixz="0" iyy="0.01" iyz="0" izz="0.01"/></inertial>'


def urdf_of(description: RobotDescription) -> str:
    """Return the arm from panda_link0 to panda_link8; the inertias are placeholders."""
    links = "\n".join(f'  <link name="panda_link{number}">{_INERTIA}</link>' for number in range(9))
    joints = "\n".join(_joint(description, index) for index in range(7))
    flange = (
        '  <joint name="panda_joint8" type="fixed"><parent link="panda_link7"/><child link="panda_link8"/>'
        f'<origin xyz="0 0 {description.kinematics.flange}" rpy="0 0 0"/></joint>'
    )
    return f'<?xml version="1.0"?>\n<robot name="{description.name}">\n{links}\n{joints}\n{flange}\n</robot>\n'


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

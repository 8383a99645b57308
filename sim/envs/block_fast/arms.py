"""Forward kinematics and Jacobians of many arms at once; of one arm it is control.kinematics."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from diffpol_ros.core.robot_description import RobotDescription

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Frames:
    """Where n arms are, in their base frames.

    axes, origins: (n, 7, 3), each joint's direction and a point on it. flange, tool: (n, 3), positions [m].
    rotations: (n, 3, 3) of the tool.
    """

    axes: Doubles
    origins: Doubles
    flange: Doubles
    tool: Doubles
    rotations: Doubles

    def jacobians(self, points: Doubles) -> Doubles:
        """Return (n, 6, 7), how the joints move `points` (n, 3) of the hand, linear rows first."""
        linear = np.cross(self.axes, points[:, None] - self.origins)
        return np.concatenate([linear, self.axes], axis=2).transpose(0, 2, 1)


class Arms:
    """The arm of one description, many times."""

    def __init__(self, description: RobotDescription) -> None:
        """Take geometry and tool of `description`."""
        table = description.kinematics
        self._links = [
            (np.array([a, -d * np.sin(alpha), d * np.cos(alpha)]), _about_x(alpha))
            for a, d, alpha in zip(table.a, table.d, table.alpha, strict=True)
        ]
        self._flange, tool = table.flange, description.tool.pose
        self._tool_position = tool.position + np.array([0.0, 0.0, table.flange])
        self._tool_rotation = Rotation.from_quat(tool.quaternion).as_matrix()

    def frames(self, joints: Doubles) -> Frames:
        """Return where arms with `joints` (n, 7) [rad] are."""
        count = len(joints)
        rotation, position = np.broadcast_to(np.eye(3), (count, 3, 3)), np.zeros((count, 3))
        cosines, sines = np.cos(joints), np.sin(joints)
        axes, origins = np.empty((count, 7, 3)), np.empty((count, 7, 3))
        for joint, (move, twist) in enumerate(self._links):
            position = position + rotation @ move
            rotation = rotation @ twist
            first, second = rotation[:, :, 0], rotation[:, :, 1]
            c, s = cosines[:, joint, None], sines[:, joint, None]
            rotation = np.stack([c * first + s * second, c * second - s * first, rotation[:, :, 2]], axis=2)
            axes[:, joint], origins[:, joint] = rotation[:, :, 2], position
        flange = position + self._flange * rotation[:, :, 2]
        return Frames(axes, origins, flange, position + rotation @ self._tool_position, rotation @ self._tool_rotation)


def _about_x(angle: float) -> Doubles:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]])

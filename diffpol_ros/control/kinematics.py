"""Where the tool centre point is and how the joints move it, in closed form."""

import math
from typing import NamedTuple

import numpy as np

from diffpol_ros.control import quaternions
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.spatial import compose, rotation_between
from diffpol_ros.core.types import Array, Pose

Floats = tuple[float, ...]


class KinematicsError(DiffpolError):
    """A pose that no joint positions reach."""


class ToolFrame(NamedTuple):
    """Where the tool centre point is, and how each joint moves it, as plain floats.

    position: 3 x [m]. quaternion: unit, xyzw. axes: for each joint its direction and a point on it, 6 numbers.
    """

    position: Floats
    quaternion: Floats
    axes: list[Floats]

    def jacobian(self) -> Array:
        """Return the (6, 7) Jacobian of the tool centre point in the base frame, linear rows first."""
        x, y, z = self.position
        columns = [
            (ay * (z - oz) - az * (y - oy), az * (x - ox) - ax * (z - oz), ax * (y - oy) - ay * (x - ox), ax, ay, az)
            for ax, ay, az, ox, oy, oz in self.axes
        ]
        return np.array(columns).T

    def missing(self, target: Pose) -> Floats:
        """Return 6 numbers, what is missing to `target` in the base frame: translation [m], rotation vector [rad]."""
        (x, y, z), (ax, ay, az, aw) = self.position, self.quaternion
        tx, ty, tz = target.position.tolist()
        turn = quaternions.product(target.quaternion.tolist(), (-ax, -ay, -az, aw))
        return tx - x, ty - y, tz - z, *quaternions.logarithm(turn)


class Kinematics:
    """Forward kinematics and Jacobian of a seven-joint arm given by modified Denavit-Hartenberg parameters.

    Written out on floats: on 7 joints numpy's cost per call is many times the arithmetic.
    """

    def __init__(self, description: RobotDescription) -> None:
        """Take the geometry and the tool of `description`."""
        table = description.kinematics
        twists = [(round(math.cos(angle), 15), round(math.sin(angle), 15)) for angle in table.alpha]
        self._links = [(a, d, *twist) for a, d, twist in zip(table.a, table.d, twists, strict=True)]
        self._lower = np.array(description.limits.lower)
        self._upper = np.array(description.limits.upper)
        flange = Pose(np.array([0.0, 0.0, table.flange]), np.array([0.0, 0.0, 0.0, 1.0]))
        tool = compose(flange, description.tool.pose)
        self._tool_position = tuple(float(value) for value in tool.position)
        self._tool_quaternion = tuple(tool.quaternion.tolist())

    def forward(self, joint_positions: Array) -> Pose:
        """Return the pose of the tool centre point in the base frame; `joint_positions` (7,) [rad]."""
        tool = self.tool_frame(np.asarray(joint_positions).tolist())
        return Pose(np.array(tool.position), np.array(tool.quaternion))

    def jacobian(self, joint_positions: Array) -> Array:
        """Return the (6, 7) Jacobian of the tool centre point in the base frame, linear rows first."""
        return self.tool_frame(np.asarray(joint_positions).tolist()).jacobian()

    def forward_and_jacobian(self, joint_positions: Array) -> tuple[Pose, Array]:
        """Return the pose of the tool centre point and the (6, 7) Jacobian, both in the base frame."""
        tool = self.tool_frame(np.asarray(joint_positions).tolist())
        return Pose(np.array(tool.position), np.array(tool.quaternion)), tool.jacobian()

    def tool_frame(self, joint_positions: list[float]) -> ToolFrame:
        """Return the tool centre point's frame and the joints' axes; `joint_positions` 7 x [rad]."""
        xx, xy, xz, yx, yy, yz, zx, zy, zz = 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0
        px = py = pz = 0.0
        axes = []
        for angle, (a, d, cosine, sine) in zip(joint_positions, self._links, strict=True):
            # Rx(alpha) Tx(a) turns y and z about x; Rz(q) Tz(d) then turns x and y about the new z.
            ux, uy, uz = cosine * yx + sine * zx, cosine * yy + sine * zy, cosine * yz + sine * zz
            zx, zy, zz = cosine * zx - sine * yx, cosine * zy - sine * yy, cosine * zz - sine * yz
            px, py, pz = px + a * xx + d * zx, py + a * xy + d * zy, pz + a * xz + d * zz
            c, s = math.cos(angle), math.sin(angle)
            xx, xy, xz, yx, yy, yz = (
                *(c * xx + s * ux, c * xy + s * uy, c * xz + s * uz),
                *(c * ux - s * xx, c * uy - s * xy, c * uz - s * xz),
            )
            axes.append((zx, zy, zz, px, py, pz))
        tx, ty, tz = self._tool_position
        px, py = px + tx * xx + ty * yx + tz * zx, py + tx * xy + ty * yy + tz * zy
        pz += tx * xz + ty * yz + tz * zz
        last = quaternions.from_axes((xx, xy, xz), (yx, yy, yz), (zx, zy, zz))
        return ToolFrame((px, py, pz), quaternions.product(last, self._tool_quaternion), axes)

    def solve_pose(self, target: Pose, start: Array, tolerance: float = 1e-10, iterations: int = 500) -> Array:
        """Return joint positions (7,) [rad] near `start` that put the tool centre point at `target`.

        Damped Newton steps, kept within the position limits. `tolerance` is on the error in [m] and [rad].
        """
        joints = np.array(start, dtype=np.float64)
        for _ in range(iterations):
            pose, jacobian = self.forward_and_jacobian(joints)
            error = pose_error(target, pose)
            size = float(np.linalg.norm(error))
            if size < tolerance:
                return joints
            damping = 1e-4 * min(1.0, size) * np.eye(6)
            step = jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + damping, error)
            joints = np.clip(joints + step * min(1.0, 0.2 / np.abs(step).max()), self._lower, self._upper)
        raise KinematicsError(f"no joint positions found for {target.position} m, {target.quaternion} from {start}")


def pose_error(target: Pose, present: Pose) -> Array:
    """Return (6,) what is missing to `target` in the base frame: translation [m], rotation vector [rad]."""
    rotation = rotation_between(present.quaternion, target.quaternion)
    return np.concatenate((target.position - present.position, rotation))

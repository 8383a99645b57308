"""The arm as it is, and as a ghost where its joints are sent."""

import numpy as np

from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.replay.series import JointSeries
from diffpol_ros.view.arm_poses import link_poses
from diffpol_ros.view.canvas import Canvas, thinned
from diffpol_ros.view.shape import LINKS, fits, mesh_of, spheres_of

MEASURED, SENT = "world/arm", "world/arm_sent"
GHOST = (70, 140, 255, 70)
PLAIN = (225, 228, 232, 255)
INSIDE = 0.0015
PERIOD_NS = 20_000_000


class Arm:
    """Draws its links once, and where they are as often as an eye can follow."""

    def __init__(self, canvas: Canvas, description: RobotDescription) -> None:
        """Draw the links."""
        self._canvas, self._description = canvas, description
        for root, ghost in ((MEASURED, False), (SENT, True)):
            if fits(description):
                self._shells(root, ghost)
            else:
                self._spheres(root, GHOST if ghost else PLAIN)

    def draw(self, measured: JointSeries, sent: JointSeries) -> None:
        """Draw where the links were; joints beside the seven are the fingers' ways [m]."""
        self._move(MEASURED, measured)
        self._move(SENT, sent)

    def _move(self, root: str, joints: JointSeries) -> None:
        chosen = thinned(joints.stamps_ns, PERIOD_NS)
        if joints.positions.shape[1] < len(self._description.joint_names):
            return
        # What a fault made of the joints cannot be drawn.
        chosen = chosen[np.isfinite(joints.positions[chosen]).all(axis=1)]
        if not len(chosen):
            return
        stamps_ns, transform = joints.stamps_ns[chosen], self._canvas.kinds.Transform3D
        for pose in link_poses(self._description, joints.positions[chosen]):
            columns = transform.columns(translation=pose.positions, quaternion=pose.quaternions)
            self._canvas.columns(f"{root}/{pose.link}", stamps_ns, columns)

    def _shells(self, root: str, ghost: bool) -> None:
        for link in LINKS[1 if ghost else 0 : 9 if ghost else None]:
            mesh = mesh_of(link)
            drawn = self._canvas.kinds.Mesh3D(
                # The ghost lies a little inside: where it covers the arm, the arm is seen.
                vertex_positions=mesh.vertices - (INSIDE * mesh.normals if ghost else 0.0),
                vertex_normals=mesh.normals,
                vertex_colors=None if ghost else mesh.colours,
                triangle_indices=mesh.faces,
                albedo_factor=GHOST if ghost else None,
            )
            self._canvas.static(f"{root}/{link}", drawn)

    def _spheres(self, root: str, colour: tuple[int, int, int, int]) -> None:
        for link, centres, radii in spheres_of(self._description):
            drawn = self._canvas.kinds.Ellipsoids3D(
                centers=centres, half_sizes=np.repeat(radii[:, None], 3, axis=1), colors=colour, fill_mode="solid"
            )
            self._canvas.static(f"{root}/{link}", drawn)

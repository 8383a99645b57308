"""Where the links of an arm are over time, from its joints."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from diffpol_ros.core.geometry import JOINTS
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.types import Array
from diffpol_ros.twin.shells import FINGER_OFFSET

HALF_TURN = Rotation.from_quat((0.0, 0.0, 1.0, 0.0))


@dataclass(frozen=True, eq=False)
class LinkPoses:
    """A link in the robot base frame: positions (n, 3) [m], quaternions (n, 4) xyzw."""

    link: str
    positions: Array
    quaternions: Array


def link_poses(description: RobotDescription, joints: Array) -> list[LinkPoses]:
    """Return where each link is; joints (n, 7) [rad], with two more columns: the fingers' ways [m], (n, 9)."""
    frames = description.body().at(joints[:, :JOINTS]).frames
    found = [_pose(f"link{index + 1}", frames[:, index, :, 3], _turn(frames[:, index])) for index in range(JOINTS)]
    flange, turn = frames[:, JOINTS, :, 3], _turn(frames[:, JOINTS]) * Rotation.from_quat(description.tool.quaternion)
    found.append(_pose("hand", flange, turn))
    if joints.shape[1] >= JOINTS + 2:
        found += _fingers(flange, turn, joints[:, JOINTS : JOINTS + 2])
    return found


def _fingers(flange: Array, turn: Rotation, ways: Array) -> list[LinkPoses]:
    root = flange + turn.apply((0.0, 0.0, FINGER_OFFSET))
    aside = turn.apply((0.0, 1.0, 0.0))
    left, right = root + ways[:, :1] * aside, root - ways[:, 1:2] * aside
    return [_pose("leftfinger", left, turn), _pose("rightfinger", right, turn * HALF_TURN)]


def _turn(frames: Array) -> Rotation:
    return Rotation.from_matrix(frames[:, :, :3])


def _pose(link: str, positions: Array, turn: Rotation) -> LinkPoses:
    return LinkPoses(link, np.asarray(positions), np.asarray(turn.as_quat()))

"""Where a hand-eye adjustment begins: closed forms, ours and OpenCV's, the one that explains the corners best.

OpenCV 5.0 leaves calibrateHandEye out of its Python module (opencv/opencv#29565); other versions have it. The forms
differ by how they weigh turns against shifts; the adjustment that follows forgets which one it began at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from diffpol_ros.calibrate.chain import Chain, TargetView, start_state
from diffpol_ros.calibrate.motion import mean_pose
from diffpol_ros.calibrate.target_pose import TargetPose
from diffpol_ros.core.spatial import compose, homogeneous, inverse, pose_from_homogeneous
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

OPENCV_METHODS = ("TSAI", "PARK", "HORAUD", "ANDREFF", "DANIILIDIS")
CHOICES = 4


@dataclass(frozen=True, eq=False)
class Start:
    """method: by name. camera, target: as in `ChainState`. error_px: median distance of the corners."""

    method: str
    camera: Pose
    target: Pose
    error_px: float


def best_start(
    camera: CameraCalibration, views: Sequence[TargetView], seen: Sequence[Sequence[TargetPose]], mount: str
) -> Start:
    """Return the best closed form; `seen` are the poses of the target in the camera that each view allows."""
    chain = Chain(camera, views, mount)
    # The moving frame, seen from the one the camera is not on.
    ways = [view.hand if mount == "end_effector" else inverse(view.hand) for view in views]
    chosen = [poses[0].pose for poses in seen]
    best = _best_form(chain, ways, chosen)
    for _ in range(CHOICES):
        # A flat target has two poses in each image; the rig that fits most images tells which is true in the others.
        expected = [compose(inverse(compose(way, best.camera)), best.target) for way in ways]
        again = [_nearest(poses, pose) for poses, pose in zip(seen, expected, strict=True)]
        if all(one is other for one, other in zip(again, chosen, strict=True)):
            break
        chosen = again
        best = _best_form(chain, ways, chosen)
    return best


def _best_form(chain: Chain, ways: Sequence[Pose], targets: Sequence[Pose]) -> Start:
    starts = [_complete(chain, name, pose, ways, targets) for name, pose in closed_forms(ways, targets)]
    return min(starts, key=lambda start: start.error_px)


def park(ways: Sequence[Pose], targets: Sequence[Pose]) -> Pose:
    """Return the camera in its mount by the closed form of Park and Martin (1994), over all pairs of views."""
    moved = [homogeneous(way) for way in ways]
    seen = [homogeneous(target) for target in targets]
    pairs = list(combinations(range(len(ways)), 2))
    left = np.array([np.linalg.solve(moved[j], moved[i]) for i, j in pairs])
    right = np.array([seen[j] @ np.linalg.inv(seen[i]) for i, j in pairs])
    turned = Rotation.from_matrix(left[:, :3, :3]).as_rotvec()
    turned_seen = Rotation.from_matrix(right[:, :3, :3]).as_rotvec()
    rotation = Rotation.align_vectors(turned, turned_seen)[0]
    matrix = rotation.as_matrix()
    lever = (left[:, :3, :3] - np.eye(3)).reshape(-1, 3)
    offset = (right[:, :3, 3] @ matrix.T - left[:, :3, 3]).reshape(-1)
    position, *_ = np.linalg.lstsq(lever, offset, rcond=None)
    return Pose(position, rotation.as_quat())


def closed_forms(ways: Sequence[Pose], targets: Sequence[Pose]) -> Iterator[tuple[str, Pose]]:
    """Give the camera on its mount by each closed form, with its name."""
    yield "park (ours)", park(ways, targets)
    calibrate: Any = getattr(cv2, "calibrateHandEye", None)
    if calibrate is None:
        return
    hands, boards = [homogeneous(way) for way in ways], [homogeneous(target) for target in targets]
    for name in OPENCV_METHODS:
        rotation, position = calibrate(
            [matrix[:3, :3] for matrix in hands],
            [matrix[:3, 3] for matrix in hands],
            [matrix[:3, :3] for matrix in boards],
            [matrix[:3, 3] for matrix in boards],
            # By name: as the fifth argument it would be taken for an output and ignored.
            method=getattr(cv2, f"CALIB_HAND_EYE_{name}"),
        )
        matrix = _joined(rotation, position)
        if np.all(np.isfinite(matrix)):
            yield f"{name.lower()} (OpenCV)", pose_from_homogeneous(matrix)


def _joined(rotation: Array, position: Array) -> Array:
    matrix = np.eye(4)
    matrix[:3, :3], matrix[:3, 3] = rotation, np.ravel(position)
    return matrix


def _complete(chain: Chain, method: str, camera: Pose, ways: Sequence[Pose], targets: Sequence[Pose]) -> Start:
    target = mean_pose([compose(compose(way, camera), seen) for way, seen in zip(ways, targets, strict=True)])
    residuals = chain.residuals(start_state(camera, target, len(ways)))
    return Start(method, camera, target, float(np.median(np.linalg.norm(residuals, axis=1))))


def _nearest(poses: Sequence[TargetPose], expected: Pose) -> Pose:
    turned = Rotation.from_quat(expected.quaternion).inv()
    return min((one.pose for one in poses), key=lambda pose: (turned * Rotation.from_quat(pose.quaternion)).magnitude())

"""Tags at known places: fixed in the robot base frame, or on one object, in its own."""

from collections.abc import Mapping, Sequence

import numpy as np

from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.core.spatial import compose, identity_pose, transform_point
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import ObjectModel, tag_owners
from diffpol_ros.estimation.fusion.tag_pose import corner_points

Corners = Mapping[int, Array]


def landmark_corners(models: Sequence[ObjectModel]) -> Corners:
    """Return the corners (4, 3) by tag id, in the robot base frame [m], of objects that never move."""
    tag_owners(models)
    corners: dict[int, Array] = {}
    for model in models:
        if model.fixed_pose is None:
            raise Refusal(f"object {model.name!r} has no fixed_pose: only what is fixed tells where a camera is")
        corners.update(_corners(model, model.fixed_pose.pose))
    return corners


def object_corners(model: ObjectModel) -> Corners:
    """Return the corners (4, 3) by tag id, in the object's own frame [m]."""
    return _corners(model, identity_pose())


def _corners(model: ObjectModel, place: Pose) -> Corners:
    poses = {tag: compose(place, tag.pose) for tag in model.tags}
    return {
        tag.id: np.array([transform_point(pose, point) for point in corner_points(tag.size)])
        for tag, pose in poses.items()
    }

"""Tags at known places in the robot base frame, as one target."""

from collections.abc import Sequence

import numpy as np

from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.target_pose import undistorted
from diffpol_ros.core.spatial import compose, transform_point
from diffpol_ros.core.types import Array
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel, tag_owners
from diffpol_ros.estimation.detector import TagDetection
from diffpol_ros.estimation.tag_pose import corner_points


class Landmarks:
    """The corners of all tags that never move."""

    def __init__(self, models: Sequence[ObjectModel]) -> None:
        """Take the tags of `models`, all of which must say where they are fixed."""
        tag_owners(models)
        self._corners: dict[int, Array] = {}
        for model in models:
            if model.fixed_pose is None:
                raise Refusal(f"object {model.name!r} has no fixed_pose: only what is fixed tells where a camera is")
            for tag in model.tags:
                pose = compose(model.fixed_pose.pose, tag.pose)
                self._corners[tag.id] = np.array([transform_point(pose, point) for point in corner_points(tag.size)])

    def view(self, camera: CameraCalibration, name: str, detections: Sequence[TagDetection]) -> TargetView | None:
        """Return the known tags in an image, or None where there is none; a corner's id is 4 tag + corner."""
        known = [found for found in detections if found.id in self._corners]
        if not known:
            return None
        points = np.concatenate([self._corners[found.id] for found in known])
        pixels = undistorted(camera, np.concatenate([found.corners for found in known]))
        return TargetView(name, points, pixels, ids=tuple(4 * found.id + k for found in known for k in range(4)))

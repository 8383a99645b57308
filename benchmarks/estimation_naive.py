"""Why a naive fit to the corners of all tags is worse than one tag alone: as the library gives them, one camera.

OpenCV's iterative solvePnP counts all corners alike and finds its own start from a linear solution; the same from a
good start, then weighted by how narrow each tag appears and robust, tells what of that does the harm.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import tyro

from benchmarks.estimation_scenes import Setup, Studio, block_model
from diffpol_ros.core.spatial import compose, inverse, quaternion_from_rotation_vector, rotation_vector, transform_point
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.sighting import sight
from diffpol_ros.estimation.fusion.fusion import FusionSettings, fuse
from diffpol_ros.estimation.fusion.hypotheses import candidates
from diffpol_ros.estimation.fusion.projection import CornerProblem, TagView, View
from diffpol_ros.estimation.fusion.tag_pose import corner_points

COVERED_PX = 1.0
ALONE, NAIVE, STARTED, OURS = "largest tag alone", "solvePnP", "solvePnP, started at that", "weighted and robust"


@dataclass(frozen=True)
class Arguments:
    """How much to measure, and of what."""

    poses: int = 200
    """Number of random scenes, each with two cameras that are taken one at a time."""
    first: int = 0
    """Seed of the first scene."""
    setup: tyro.conf.OmitArgPrefixes[Setup] = field(default_factory=lambda: Setup(frames=1))
    """Tags, image and rendering."""


@dataclass(frozen=True, eq=False)
class Case:
    """One view of two or more tags: errors [mm] by way, and how far off its worst corner is [pixel]."""

    errors: dict[str, float]
    worst_px: float


def measure(arguments: Arguments) -> Iterator[Case]:
    """Yield every view of two tags or more."""
    studio, model = Studio(arguments.setup), block_model(arguments.setup)
    detector = open_detector(DetectorSettings(refine="none", decimate=1.0, regions=False))
    tags = {tag.id: tag for tag in model.tags}
    for shot in studio.shots(range(arguments.first, arguments.first + arguments.poses)):
        for camera, image in zip(shot.cameras, shot.frames[0], strict=True):
            found = [one for one in sight(camera, detector, image, 0).detections if one.id in tags]
            view = View(camera, tuple(TagView(tags[one.id], one.corners) for one in found))
            if len(found) >= 2:
                off = CornerProblem([view]).residuals(shot.truth)
                yield Case(_errors(view, shot.truth), float(np.max(np.linalg.norm(off, axis=1))))
    studio.close()
    detector.close()


def _errors(view: View, truth: Pose) -> dict[str, float]:
    problem = CornerProblem([view])
    alone = candidates([view])[int(np.argmax(problem.widths))][0]
    ours = fuse([view], None, FusionSettings())
    poses = {ALONE: alone, NAIVE: _perspective(view, None), STARTED: _perspective(view, alone)}
    if ours:
        poses[OURS] = ours.pose
    return {way: 1e3 * float(np.linalg.norm(pose.position - truth.position)) for way, pose in poses.items()}


def _perspective(view: View, start: Pose | None) -> Pose:
    """Return OpenCV's pose of the object in the base frame, from all corners alike."""
    camera = view.camera
    points = np.array([transform_point(one.tag.pose, at) for one in view.tags for at in corner_points(one.tag.size)])
    pixels = np.concatenate([one.corners for one in view.tags])
    matrix = np.array([[camera.fx, 0.0, camera.cx], [0.0, camera.fy, camera.cy], [0.0, 0.0, 1.0]])
    turn, shift = _in_camera(camera, start) if start else (np.zeros(3), np.zeros(3))
    _, turned, shifted = cv2.solvePnP(points, pixels, matrix, None, turn, shift, start is not None)
    quaternion = quaternion_from_rotation_vector(np.asarray(turned, dtype=np.float64).ravel())
    return compose(camera.pose.pose, Pose(np.asarray(shifted, dtype=np.float64).ravel(), quaternion))


def _in_camera(camera: CameraCalibration, pose: Pose) -> tuple[Array, Array]:
    seen = compose(inverse(camera.pose.pose), pose)
    return rotation_vector(seen.quaternion).copy(), seen.position.copy()


def main(arguments: Arguments) -> None:
    """Print the errors of each way, where the corners are good and where one is not."""
    cv2.setNumThreads(1)
    cases = list(measure(arguments))
    print(f"views of two tags or more: {len(cases)} of {2 * arguments.poses}; corners as the library gives them")
    print(f"{'':28}{'mm median / p95 / worst':>28}{'better than the tag alone':>28}")
    for title, some in (
        ("all", cases),
        (f"every corner within {COVERED_PX:g} px", [case for case in cases if case.worst_px <= COVERED_PX]),
        ("a corner farther off", [case for case in cases if case.worst_px > COVERED_PX]),
    ):
        print(f"{title}: {len(some)} views")
        for way in (ALONE, NAIVE, STARTED, OURS):
            _print_way(way, [case for case in some if way in case.errors])


def _print_way(way: str, cases: list[Case]) -> None:
    if not cases:
        return
    errors = [case.errors[way] for case in cases]
    better = np.mean([case.errors[way] < case.errors[ALONE] for case in cases])
    said = " /".join(f"{value:7.2f}" for value in np.percentile(errors, [50, 95, 100]))
    print(f"    {way:24}{said:>28}{better:28.1%}")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))

"""Whether views of a board say enough about a lens, and which views are missing, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from diffpol_ros.calibrate.board import BoardSighting
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.target_pose import possible_poses
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import matrix_from_quaternion
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.lens import undistorted

CELLS = 6
REGION_CELLS = CELLS // 3
ROWS, COLUMNS = ("upper", "middle", "lower"), ("left", "middle", "right")
GUESSED_FOCAL = 0.9
PLAUSIBLE_FOCAL = (0.3, 4.0)
FEWEST_FOR_FOCAL = 3


@dataclass(frozen=True)
class CoverageLimits:
    """What a set of views must show."""

    views: int = setting(10, description="Views of the board", minimum=4)
    corners: int = setting(12, description="A view with fewer corners does not count", minimum=4)
    cells: int = setting(2, description="Of the 4 cells of each ninth of the image, so many have corners", minimum=0)
    tilt_deg: float = setting(20.0, description="Tilt of the board about both axes [deg]", minimum=0.0, maximum=60.0)
    tilted: int = setting(2, description="Views tilted so far about each axis", minimum=0)
    distances: float = setting(1.3, description="Ratio of the farthest view to the nearest", minimum=1.0)


def check_coverage(
    sightings: Sequence[BoardSighting],
    size: tuple[int, int],
    camera: CameraCalibration | None = None,
    limits: CoverageLimits | None = None,
) -> None:
    """Raise Refusal if views are missing."""
    missing = missing_views(sightings, size, camera, limits)
    if missing:
        raise Refusal("too little to calibrate from: " + "; ".join(missing))


def missing_views(
    sightings: Sequence[BoardSighting],
    size: tuple[int, int],
    camera: CameraCalibration | None = None,
    limits: CoverageLimits | None = None,
) -> tuple[str, ...]:
    """Return which views are missing, the most important ones first; nothing if the set is complete.

    size: width and height [pixel]. camera: if its lens is known; else its focal length is guessed from the views.
    """
    limits = limits or CoverageLimits()
    seen = [one for one in sightings if len(one.ids) >= limits.corners]
    if not seen:
        return (f"no view shows {limits.corners} corners of the board",)
    poses = board_poses(seen, camera or guessed_camera(seen, size))
    return (
        *_missing_tilts(poses, limits),
        *_missing_regions(seen, size, limits),
        *_missing_distances(poses, limits),
        *_missing_count(len(seen), limits),
    )


def board_poses(sightings: Sequence[BoardSighting], camera: CameraCalibration) -> list[Pose]:
    """Return where the board is in the camera in each view that tells."""
    found = [possible_poses(camera, one.points, undistorted(camera, one.pixels)) for one in sightings]
    return [poses[0].pose for poses in found if poses]


def tilts(poses: Sequence[Pose]) -> Array:
    """Return by how much boards are turned left-right and up-down against the image plane, (n, 2) [deg]."""
    normals = np.array([matrix_from_quaternion(pose.quaternion)[:, 2] for pose in poses]).reshape(-1, 3)
    return np.degrees(np.arctan2(normals[:, :2], normals[:, 2:]))


def filled_cells(pixels: Array, size: tuple[int, int]) -> Array:
    """Return how many corners lie in each of CELLS x CELLS parts of the image, (rows, columns)."""
    edges = [np.linspace(-0.5, length - 0.5, CELLS + 1) for length in size]
    counts, _, _ = np.histogram2d(pixels[:, 1], pixels[:, 0], bins=(edges[1], edges[0]))
    return np.asarray(counts, dtype=np.float64)


def guessed_camera(sightings: Sequence[BoardSighting], size: tuple[int, int]) -> CameraCalibration:
    """Return a pinhole that roughly explains the views."""
    width, height = size
    focal = GUESSED_FOCAL * width
    if len(sightings) >= FEWEST_FOR_FOCAL:
        points = [one.points.astype(np.float32) for one in sightings]
        pixels = [one.pixels.astype(np.float32) for one in sightings]
        found = float(cv2.initCameraMatrix2D(points, pixels, size)[0, 0])
        # Boards that are all seen squarely tell nothing of the focal length.
        focal = found if PLAUSIBLE_FOCAL[0] * width < found < PLAUSIBLE_FOCAL[1] * width else focal
    return CameraCalibration("guess", width, height, focal, focal, 0.5 * (width - 1), 0.5 * (height - 1))


def _missing_tilts(poses: Sequence[Pose], limits: CoverageLimits) -> list[str]:
    counts = np.count_nonzero(np.abs(tilts(poses)) > limits.tilt_deg, axis=0)
    return [
        f"{_counted(int(count))} with the board tilted {way} by more than {limits.tilt_deg:.0f} degrees"
        for way, count in zip(("left-right", "up-down"), counts, strict=True)
        if count < limits.tilted
    ]


def _missing_regions(sightings: Sequence[BoardSighting], size: tuple[int, int], limits: CoverageLimits) -> list[str]:
    filled = filled_cells(np.concatenate([one.pixels for one in sightings]), size) > 0
    by_region = filled.reshape(len(ROWS), REGION_CELLS, len(COLUMNS), REGION_CELLS).sum(axis=(1, 3))
    empty = [(row, column) for row in range(len(ROWS)) for column in range(len(COLUMNS))]
    names = [_region(row, column) for row, column in empty if by_region[row, column] < limits.cells]
    if not names:
        return []
    if len(names) > len(empty) // 2:
        return [f"most of the image is empty ({', '.join(names)}): hold the board there, and nearer"]
    return [f"the {name} of the image is empty: hold the board there" for name in names]


def _missing_distances(poses: Sequence[Pose], limits: CoverageLimits) -> list[str]:
    distances = [float(pose.position[2]) for pose in poses]
    if distances and max(distances) >= limits.distances * min(distances):
        return []
    about = f"{np.mean(distances):.2f} m" if distances else "one distance"
    return [f"all views are from about {about}: hold the board nearer and farther, {limits.distances:g} times at least"]


def _missing_count(count: int, limits: CoverageLimits) -> list[str]:
    if count >= limits.views:
        return []
    return [f"{count} view{'s show' if count > 1 else ' shows'} the board, at least {limits.views} are needed"]


def _region(row: int, column: int) -> str:
    if row == column == 1:
        return "middle"
    return f"{ROWS[row]} {COLUMNS[column]}"


def _counted(count: int) -> str:
    return "no view" if count == 0 else f"only {count} view{'s' if count > 1 else ''}"

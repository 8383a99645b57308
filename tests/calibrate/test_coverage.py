"""Poor sets of views are refused, and told which views they lack."""

from itertools import pairwise

import numpy as np
import pytest

from diffpol_ros.calibrate.board import BoardSighting
from diffpol_ros.calibrate.coverage import CoverageLimits, check_coverage, missing_views, tilts
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.rehearsal import good_views, poor_views
from diffpol_ros.core.spatial import quaternion_from_rotation_vector, rotate
from diffpol_ros.core.types import Pose
from tests.calibrate.boards import CAMERA, SIZE, board, views

GOOD = good_views(CAMERA, board(), 20, np.random.default_rng(3))


def seen(poses: list[Pose]) -> list[BoardSighting]:
    return [view.sighting for view in views(poses)]


def told(poses: list[Pose], known: bool = True) -> str:
    return "; ".join(missing_views(seen(poses), SIZE, CAMERA if known else None))


def flattened(pose: Pose, axis: int) -> Pose:
    """Return a view of the same middle, never tilted about one axis."""
    turn = np.radians(tilts([pose])[0])
    # Turning about y tilts left-right, turning about -x up-down.
    vector = np.array([-turn[1], turn[0], 0.0])
    vector[1 - axis] = 0.0
    half = np.array([*board().extent, 0.0]) / 2.0
    straight = quaternion_from_rotation_vector(vector)
    middle = pose.position + rotate(pose.quaternion, half)
    return Pose(middle - rotate(straight, half), straight)


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_missing_in_a_good_set(known: bool, seed: int) -> None:
    assert told(good_views(CAMERA, board(), 20, np.random.default_rng(seed)), known) == ""


@pytest.mark.parametrize(("axis", "way"), [(0, "left-right"), (1, "up-down")])
@pytest.mark.parametrize("known", [True, False])
def test_a_missing_tilt_is_named(axis: int, way: str, known: bool) -> None:
    complaint = told([flattened(pose, axis) for pose in GOOD], known)
    assert f"no view with the board tilted {way} by more than 20 degrees" in complaint
    assert complaint.count("tilted") == 1


def test_one_tilted_view_is_not_enough() -> None:
    tilted = [index for index, (across, _) in enumerate(tilts(GOOD)) if abs(across) > 20.0]
    few = [flattened(pose, 0) if index in tilted[1:] else pose for index, pose in enumerate(GOOD)]
    assert "only 1 view with the board tilted left-right" in told(few)


@pytest.mark.parametrize(
    ("column", "row", "name"),
    [(1, -1, "upper right"), (-1, -1, "upper left"), (1, 1, "lower right"), (-1, 1, "lower left")],
)
def test_an_empty_part_of_the_image_is_named(column: int, row: int, name: str) -> None:
    limits = np.array(SIZE) / 2.0 + np.array([column, row]) * np.array(SIZE) / 6.0
    kept = []
    for one in seen(GOOD):
        there = np.all((one.pixels - limits) * [column, row] > 0.0, axis=1)
        ids = tuple(int(i) for i, out in zip(one.ids, there, strict=True) if not out)
        kept.append(BoardSighting(one.points[~there], one.pixels[~there], ids))
    assert missing_views(kept, SIZE, CAMERA) == (f"the {name} of the image is empty: hold the board there",)


def test_a_single_distance_is_named() -> None:
    rng = np.random.default_rng(0)
    near = [pose for pose in good_views(CAMERA, board(), 60, rng) if 0.26 < pose.position[2] < 0.31]
    assert "hold the board nearer and farther" in told(near)


def test_too_few_views_are_counted() -> None:
    assert "4 views show the board, at least 10 are needed" in told(GOOD[:4])
    assert "1 view shows the board" in told(GOOD[:1])
    assert told([]) == "no view shows 12 corners of the board"


def test_a_set_taken_without_thought_is_refused_with_all_it_lacks() -> None:
    poor = poor_views(CAMERA, board(), 20, np.random.default_rng(0))
    with pytest.raises(Refusal, match="too little to calibrate from: ") as refusal:
        check_coverage(seen(poor), SIZE)
    for part in ("left-right", "up-down", "upper left", "lower right", "nearer and farther"):
        assert part in str(refusal.value)


def test_what_is_missing_never_grows_with_more_views() -> None:
    limits = CoverageLimits()
    parts = [len(missing_views(seen(GOOD[:count]), SIZE, CAMERA, limits)) for count in range(1, 21)]
    assert parts[-1] == 0
    assert sum(later > earlier for earlier, later in pairwise(parts)) <= 1

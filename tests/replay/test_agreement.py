"""What was said then and now is compared where it answers the same question, and nowhere else."""

from collections.abc import Sequence

import numpy as np
import pytest

from diffpol_ros.core.spatial import quaternion_from_rotation_vector
from diffpol_ros.replay.agreement import COMPARABLE_NS, compare_chunks, compare_estimates
from diffpol_ros.replay.series import ChunkRecord, JointSeries, PoseSeries, Run
from tests.replay.synthetic import MS, START_NS

NO_JOINTS = JointSeries(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 0)))
LEVEL = np.array([0.0, 0.0, 0.0, 1.0])


def poses(stamps_ms: Sequence[int], place: float = 0.0, angle: float = 0.0) -> PoseSeries:
    """Return poses at these times, all `place` [m] along y and turned by `angle` [rad] about z."""
    stamps = np.array([START_NS + each * MS for each in stamps_ms], dtype=np.int64)
    turn = quaternion_from_rotation_vector(np.array([0.0, 0.0, angle]))
    return PoseSeries(stamps, stamps, np.tile([0.5, place, 0.0], (len(stamps), 1)), np.tile(turn, (len(stamps), 1)))


def chunk(observed_ms: int, shift: float = 0.0, speed: float = 0.1) -> ChunkRecord:
    """Return eight actions 100 ms apart on a straight way along x at `speed` [m/s], `shift` [m] beside it."""
    due = START_NS + np.array([observed_ms + 100 * (index + 1) for index in range(8)], dtype=np.int64) * MS
    along = speed * 1e-9 * (due - START_NS)
    places = np.stack([along, np.full(8, shift), np.zeros(8)], axis=1)
    return ChunkRecord(START_NS + observed_ms * MS, START_NS + observed_ms * MS, due, places, np.full(8, 0.08))


def run(estimates: dict[str, PoseSeries] | None = None, chunks: tuple[ChunkRecord, ...] = ()) -> Run:
    return Run(poses([]), NO_JOINTS, NO_JOINTS, estimates or {}, {}, chunks)


def test_estimates_of_equal_stamps_are_compared_and_no_others() -> None:
    then, now = run({"block": poses([0, 100, 200])}), run({"block": poses([100, 200, 250, 300], 0.002, 0.03)})
    (found,) = compare_estimates(then, now)
    assert (found.name, found.then, found.now, found.compared) == ("block", 3, 4, 2)
    assert found.position_m == pytest.approx(0.002) and found.rotation_rad == pytest.approx(0.03)


def test_an_object_that_one_run_never_saw_is_told() -> None:
    lost, found = compare_estimates(run({"block": poses([0])}), run({"cup": poses([0, 1])}))
    assert (lost.name, lost.then, lost.now, lost.compared) == ("block", 1, 0, 0)
    assert (found.name, found.then, found.now, found.compared) == ("cup", 0, 2, 0)


def test_chunks_on_the_same_way_are_equal_whenever_they_were_asked_for() -> None:
    found = compare_chunks(run(chunks=(chunk(0), chunk(400))), run(chunks=(chunk(33), chunk(430))))
    assert (found.then, found.now, found.compared) == (2, 2, 2)
    assert found.position_m == pytest.approx(0.0, abs=1e-9)


def test_the_farthest_of_the_nearest_chunks_counts() -> None:
    now = run(chunks=(chunk(10, 0.004), chunk(390, 0.009)))
    assert compare_chunks(run(chunks=(chunk(0), chunk(400))), now).position_m == pytest.approx(0.009)


def test_chunks_that_saw_something_else_are_not_compared() -> None:
    far_ms = COMPARABLE_NS // MS + 1
    found = compare_chunks(run(chunks=(chunk(0),)), run(chunks=(chunk(far_ms, 0.5),)))
    assert (found.compared, found.position_m) == (0, 0.0)
    assert compare_chunks(run(), run(chunks=(chunk(0),))).compared == 0

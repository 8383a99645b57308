"""A camera that was moved is noticed; a hand that passes, noise and a single bad image are not."""

from itertools import pairwise

import numpy as np
import pytest

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.health.drift import DriftSettings, DriftWatch, Offset, Placement, offset_between

RATE = 15.0
SURE = np.diag([1e-3**2] * 3 + [3e-3**2] * 3)
NOWHERE = np.zeros(6)


def off(metres: float = 0.0, radians: float = 0.0) -> np.ndarray:
    return np.array([0.0, metres, 0.0, 0.0, 0.0, radians])


class Watched:
    """A drift watch that sees a landmark at `RATE`."""

    def __init__(self, settings: DriftSettings | None = None) -> None:
        self.watch = DriftWatch(settings or DriftSettings())
        self._count = 0

    def see(self, twist: np.ndarray, seconds: float = 0.0, covariance: np.ndarray = SURE) -> list[Placement]:
        """See the landmark for a while; return the placement after each image."""
        return [self.look(twist, covariance)[1] for _ in range(max(1, round(RATE * seconds)))]

    def look(self, twist: np.ndarray, covariance: np.ndarray = SURE) -> tuple[bool, Placement]:
        self._count += 1
        believed = self.watch.see(Offset(to_ns(self._count / RATE), twist, covariance))
        return believed, self.watch.placement


def test_before_the_first_sight_nothing_is_verified() -> None:
    assert DriftWatch(DriftSettings()).placement is Placement.UNVERIFIED
    assert Watched().see(NOWHERE) == [Placement.VERIFIED]


@pytest.mark.parametrize("bad", [off(metres=0.5), off(metres=0.011), off(radians=0.04)])
def test_a_camera_that_is_wrong_from_the_start_is_refused_at_once(bad: np.ndarray) -> None:
    assert Watched().look(bad) == (False, Placement.MOVED)


@pytest.mark.parametrize(
    ("twist", "placement"),
    [
        (off(metres=0.003), Placement.VERIFIED),
        (off(metres=0.006), Placement.DRIFTING),
        (off(metres=0.015), Placement.MOVED),
        (off(radians=0.01), Placement.VERIFIED),
        (off(radians=0.025), Placement.DRIFTING),
        (off(radians=0.05), Placement.MOVED),
    ],
)
def test_what_lasts_is_judged_by_its_size(twist: np.ndarray, placement: Placement) -> None:
    watched = Watched()
    watched.see(NOWHERE, 5.0)
    assert watched.see(twist, 3.0)[-1] is placement


def test_a_passing_hand_raises_nothing_but_its_images_are_not_believed() -> None:
    watched = Watched()
    watched.see(NOWHERE, 5.0)
    looks = [watched.look(off(metres=0.03)) for _ in range(round(0.8 * RATE))]
    assert not any(believed for believed, _ in looks)
    assert {placement for _, placement in looks} == {Placement.VERIFIED}
    assert set(watched.see(NOWHERE, 5.0)) == {Placement.VERIFIED}


def test_a_knock_is_named_within_the_duration_and_undone_when_put_back() -> None:
    watched = Watched()
    watched.see(NOWHERE, 5.0)
    assert watched.see(off(metres=0.05), 1.5)[-1] is Placement.MOVED
    watched.see(off(metres=0.05), 10.0)
    placements = watched.see(NOWHERE, 2.0)
    assert placements[0] is Placement.MOVED
    assert placements[-1] is Placement.VERIFIED


def test_it_does_not_flutter_at_a_limit() -> None:
    watched, rng = Watched(), np.random.default_rng(0)
    placements = [watched.see(off(metres=0.0041 + rng.normal(0.0, 3e-4)))[-1] for _ in range(900)]
    changes = sum(a is not b for a, b in pairwise(placements))
    assert placements[-1] is Placement.DRIFTING
    assert changes <= 2


@pytest.mark.parametrize("seed", range(30))
def test_noise_is_not_drift(seed: int) -> None:
    """Nearly never: five deviations are passed by chance in about one such spell of 4 s in a thousand, as in 4203."""
    rng, covariance = np.random.default_rng(seed), np.diag([3e-3**2] * 3 + [1e-2**2] * 3)
    watched = Watched()
    for _ in range(60):
        _, placement = watched.look(rng.multivariate_normal(NOWHERE, covariance), covariance)
        assert placement is Placement.VERIFIED


def test_what_is_not_certain_is_not_held_against_a_camera() -> None:
    poor = np.diag([0.05**2] * 3 + [0.2**2] * 3)
    assert Watched().look(off(metres=0.02), poor) == (True, Placement.VERIFIED)


def test_stamps_may_be_set_back() -> None:
    watch = DriftWatch(DriftSettings())
    for stamp_s in (100.0, 0.0, 1.0):
        watch.see(Offset(to_ns(stamp_s), off(metres=0.003), SURE))
    assert watch.median is not None
    assert watch.median.stamp_ns == to_ns(1.0)


def test_an_offset_is_a_shift_and_a_turn() -> None:
    known = Pose(np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]))
    moved = Pose(np.array([0.0, 0.03, 0.04]), np.array([0.0, 0.0, np.sin(0.1), np.cos(0.1)]))
    offset = offset_between(known, moved, np.eye(6), 7)
    assert (offset.shift, offset.turn, offset.stamp_ns) == (pytest.approx(0.05), pytest.approx(0.2), 7)
    assert offset_between(known, known, np.eye(6), 7).twist.tolist() == [0.0] * 6


def test_swapped_limits_are_refused() -> None:
    with pytest.raises(ValueError, match="swapped"):
        DriftSettings(drift_warn=0.02)


def test_what_was_seen_before_time_was_set_back_does_not_hold_back_what_is_seen_now() -> None:
    watch = DriftWatch(DriftSettings())
    for i in range(45):
        watch.see(Offset(to_ns(100.0 + i / RATE), NOWHERE, SURE))
    for i in range(20):
        watch.see(Offset(to_ns(10.0 + i / RATE), off(metres=0.05), SURE))
    assert watch.placement is Placement.MOVED

"""When hand and image stand still, and when a view is a new one."""

import numpy as np
import pytest

from diffpol_ros.calibrate.chain import moved
from diffpol_ros.calibrate.stillness import HandWatch, ImageWatch, StillnessSettings, apart, new_hand, new_image
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import Array, Pose

SETTINGS = StillnessSettings()
HAND = Pose(np.array([0.45, 0.0, 0.35]), np.array([1.0, 0.0, 0.0, 0.0]))


def stepped(x: float = 0.0, turn: float = 0.0) -> Pose:
    return moved(HAND, np.array([x, 0.0, 0.0, 0.0, 0.0, turn]))


def watched(velocity: float, seconds: float = 1.0) -> HandWatch:
    watch = HandWatch(SETTINGS)
    for time in np.arange(0.0, seconds, 0.02):
        watch.see(to_ns(float(time)), stepped(velocity * float(time)))
    return watch


def test_a_hand_at_rest_is_told_with_its_mean_pose() -> None:
    rest = watched(0.0).rest(to_ns(0.98))
    assert rest is not None
    np.testing.assert_allclose(rest.position, HAND.position, atol=1e-12)


@pytest.mark.parametrize(("watch", "stamp"), [(watched(0.01), 0.98), (watched(0.0, 0.3), 0.28), (watched(0.0), 1.5)])
def test_a_hand_that_moves_or_was_not_watched_is_not_at_rest(watch: HandWatch, stamp: float) -> None:
    assert watch.rest(to_ns(stamp)) is None


def test_time_set_back_begins_anew() -> None:
    watch = watched(0.0)
    watch.see(0, HAND)
    assert watch.rest(to_ns(0.98)) is None


def corners(shift: float) -> dict[int, Array]:
    return {key: np.array([10.0 * key + shift, 5.0]) for key in range(4)}


def test_an_image_is_still_when_its_corners_were_there_for_long_enough() -> None:
    watch = ImageWatch(SETTINGS)
    stills = []
    for index in range(20):
        watch.see(to_ns(0.1 * index), corners(0.0 if index > 4 else 3.0 * index))
        stills.append(watch.still())
    assert not any(stills[:9])
    assert all(stills[10:])


def test_new_is_what_is_far_or_turned_from_all_others() -> None:
    others = [stepped(0.0), stepped(0.1)]
    assert not new_hand(stepped(0.02), others, SETTINGS)
    assert new_hand(stepped(0.05), others, SETTINGS)
    assert new_hand(stepped(0.02, np.radians(9.0)), others, SETTINGS)
    assert new_hand(HAND, [], SETTINGS)
    assert not new_image(corners(10.0), [corners(0.0)], SETTINGS)
    assert new_image(corners(40.0), [corners(0.0)], SETTINGS)


def test_images_without_a_common_corner_are_infinitely_apart() -> None:
    assert apart({1: np.zeros(2)}, {2: np.zeros(2)}) == float("inf")
    assert apart(corners(0.0), {0: np.array([3.0, 5.0])}) == pytest.approx(3.0)

"""Silence and hanging pictures are noticed in time, and never where pictures come as they should."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.clock import to_ns
from diffpol_ros.estimation.health.sight import CameraSight, blind

SILENCE_S = 0.09
RATES = [(15.0, 7.5), (15.0,), (30.0, 30.0), (60.0, 15.0, 7.5)]


def shown(sight: CameraSight, rate: float, until_s: float, phase_s: float = 0.0, start_s: float = 0.0) -> float:
    """Let good pictures come at `rate` from `start_s` to `until_s`; return when the last did [s]."""
    count = int((until_s - start_s - phase_s) * rate)
    for index in range(count + 1):
        stamp_ns = to_ns(start_s + phase_s + index / rate)
        sight.arrive(stamp_ns, stamp_ns)
        sight.judge(stamp_ns, good=True)
    return start_s + phase_s + count / rate


def blind_at(cameras: Sequence[CameraSight], seconds: float) -> bool:
    return blind(list(cameras), to_ns(seconds), SILENCE_S)


@pytest.mark.parametrize("rates", RATES)
@given(phases=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3))
def test_all_cameras_that_stop_are_noticed_after_the_silence_and_not_before(
    rates: Sequence[float], phases: list[float]
) -> None:
    cameras = [CameraSight() for _ in rates]
    last_s = max(shown(*each) for each in zip(cameras, rates, [2.0] * 3, [p * 0.06 for p in phases], strict=False))
    assert not blind_at(cameras, last_s + SILENCE_S - 0.001)
    assert blind_at(cameras, last_s + max(SILENCE_S, 1.25 / min(rates)) + 0.001)


def test_nobody_sees_before_the_first_picture() -> None:
    assert blind_at([CameraSight(), CameraSight(15.0)], 0.0)


def test_one_of_two_cameras_lost_is_no_blindness_at_any_moment() -> None:
    front, side = CameraSight(), CameraSight()
    shown(front, 15.0, 2.0)
    for index in range(60):
        stamp_ns = to_ns(index / 7.5)
        blind_before = blind([front, side], stamp_ns - 1, SILENCE_S)
        assert not blind_before or index == 0
        side.arrive(stamp_ns, stamp_ns)
        side.judge(stamp_ns, good=True)
    assert front.lost(to_ns(8.0), SILENCE_S)
    assert not side.lost(to_ns(8.0), SILENCE_S)


def test_a_slow_camera_alone_is_given_one_and_a_quarter_periods() -> None:
    camera = CameraSight()
    last_s = shown(camera, 5.0, 4.0)
    assert not blind_at([camera], last_s + 0.24)
    assert blind_at([camera], last_s + 0.26)


def test_no_camera_is_given_more_than_a_second() -> None:
    camera = CameraSight(expected_rate=0.1)
    shown(camera, 0.1, 0.0)
    assert not blind_at([camera], 0.99)
    assert blind_at([camera], 1.01)


def test_pictures_that_are_refused_count_for_nothing_until_one_is_good() -> None:
    camera = CameraSight()
    last_s = shown(camera, 15.0, 2.0)
    for index in range(1, 6):
        stamp_ns = to_ns(last_s + index / 15.0)
        camera.arrive(stamp_ns, stamp_ns)
        camera.judge(stamp_ns, good=False)
        assert camera.shown_ns == to_ns(last_s)
    assert blind_at([camera], last_s + SILENCE_S + 0.001)
    stamp_ns = to_ns(last_s + 0.4)
    camera.arrive(stamp_ns, stamp_ns)
    assert camera.shown_ns == to_ns(last_s)
    camera.judge(stamp_ns, good=True)
    assert camera.shown_ns == stamp_ns


def test_a_picture_counts_while_it_is_looked_at() -> None:
    camera = CameraSight()
    last_s = shown(camera, 15.0, 2.0)
    stamp_ns = to_ns(last_s + 0.066)
    camera.arrive(stamp_ns, stamp_ns)
    assert camera.shown_ns == stamp_ns
    camera.judge(stamp_ns, good=False)
    assert camera.shown_ns == to_ns(last_s)


def test_pictures_that_nobody_looked_at_do_not_pile_up() -> None:
    camera = CameraSight()
    for index in range(1000):
        camera.arrive(index, index)
    camera.judge(995, good=True)
    assert camera.shown_ns == 999
    camera.judge(999, good=True)
    assert camera.shown_ns == 999


def test_a_picture_that_was_never_looked_at_does_not_make_a_seeing_camera_seem_lost() -> None:
    camera = CameraSight()
    camera.arrive(1, 1)
    for index in range(2, 100):
        camera.arrive(index, index)
        camera.judge(index, good=True)
        assert camera.shown_ns == index


@pytest.mark.parametrize("back_s", [0.3, 5.0])
def test_where_the_clock_goes_back_a_camera_is_blind_until_it_shows_something_again(back_s: float) -> None:
    """As on the clock of a simulated world that is set back."""
    camera = CameraSight()
    last_s = shown(camera, 15.0, 6.0)
    assert not blind_at([camera], last_s)
    assert blind_at([camera], last_s - back_s)
    shown(camera, 15.0, last_s - back_s + 0.4, start_s=last_s - back_s)
    assert not blind_at([camera], last_s - back_s + 0.41)
    assert blind_at([camera], last_s - back_s + 0.6)

"""Cameras are watched without looking at what they show."""

import math

import numpy as np
import pytest

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.health import CameraHealth, Durations, displacement
from tests.estimation.scenes import FRONT

MATRIX = (570.0, 0.0, 319.5, 0.0, 570.0, 239.5, 0.0, 0.0, 1.0)


def test_no_image_is_used_before_the_driver_agreed() -> None:
    health = CameraHealth(FRONT)
    assert not health.usable
    assert "no camera_info from camera front yet" in health.complaint
    health.take_info(640, 480, MATRIX, ())
    assert health.usable
    assert health.complaint == ""


def test_a_driver_that_changes_its_mind_stops_the_camera() -> None:
    health = CameraHealth(FRONT)
    health.take_info(640, 480, MATRIX, ())
    health.take_info(320, 240, MATRIX, ())
    assert not health.usable
    assert "camera front: camera_info disagrees: size is 320x240" in health.complaint


def test_info_can_be_done_without() -> None:
    assert CameraHealth(FRONT, needs_info=False).usable


def test_a_good_image_ends_the_complaint_of_a_bad_one() -> None:
    health = CameraHealth(FRONT, needs_info=False)
    health.take_image(0, "image is upside down")
    assert health.complaint == "image is upside down"
    health.take_image(1)
    assert health.complaint == ""


def test_rate_and_silence() -> None:
    health = CameraHealth(FRONT)
    assert health.silent(0)
    for i in range(11):
        health.take_image(to_ns(0.1 * i))
    assert health.rate(to_ns(1.05)) == pytest.approx(10.0)
    assert not health.silent(to_ns(1.9))
    assert health.silent(to_ns(2.1))
    assert health.rate(to_ns(2.1)) == 0.0


def test_durations() -> None:
    durations = Durations()
    assert math.isnan(durations.median_ms)
    for milliseconds in (1, 9, 2):
        durations.add(to_ns(1e-3 * milliseconds))
    assert (durations.median_ms, durations.worst_ms) == pytest.approx((2.0, 9.0))


def test_displacement() -> None:
    known = Pose(np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]))
    moved = Pose(np.array([0.0, 0.03, 0.04]), np.array([0.0, 0.0, np.sin(0.1), np.cos(0.1)]))
    assert displacement(known, moved) == pytest.approx((0.05, 0.2))

"""Cameras are watched apart from what they show."""

import math

import numpy as np
import pytest

from diffpol_ros.core.clock import to_ns
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.health.camera_health import CameraHealth, Durations, HealthSettings, histogram
from tests.estimation.scenes import FRONT

MATRIX = (570.0, 0.0, 319.5, 0.0, 570.0, 239.5, 0.0, 0.0, 1.0)
START_NS = 1_700_000_000_000_000_000
WITHOUT_INFO = HealthSettings(needs_camera_info=False)
NAN = float("nan")


def send(health: CameraHealth, time_s: float, age_s: float = 0.01) -> bool:
    now_ns = START_NS + to_ns(time_s)
    return health.arrive(now_ns - to_ns(age_s), now_ns, to_ns(time_s))


def test_no_image_is_used_before_the_driver_agreed() -> None:
    health = CameraHealth(FRONT)
    assert not send(health, 0.0)
    assert "no camera_info from camera front yet" in health.complaint
    health.take_info(640, 480, MATRIX, ())
    assert send(health, 0.1)
    assert health.complaint == ""
    assert health.counts["refused.camera_info"] == 1


@pytest.mark.parametrize(
    ("width", "matrix", "named"),
    [
        (480, MATRIX, "size is 480x640, calibrated 640x480"),
        (640, (NAN, *MATRIX[1:]), "must be nine and more finite numbers"),
        (640, (0.0,) * 9, "the driver does not know its calibration"),
        (640, (600.0, *MATRIX[1:]), "fx is 600 px, calibrated 570 px"),
    ],
)
def test_a_driver_that_changes_its_mind_stops_the_camera(width: int, matrix: tuple[float, ...], named: str) -> None:
    health = CameraHealth(FRONT)
    health.take_info(640, 480, MATRIX, ())
    health.take_info(width, 1120 - width, matrix, ())
    assert not send(health, 0.0)
    assert health.complaint.startswith("camera front: camera_info disagrees: ")
    assert named in health.complaint


def test_a_good_image_ends_the_complaint_of_a_bad_one() -> None:
    health = CameraHealth(FRONT, WITHOUT_INFO)
    health.look("image is upside down")
    assert health.complaint == "image is upside down"
    health.look("")
    assert health.complaint == ""


def test_a_stamp_that_cannot_be_is_refused_named_and_counted() -> None:
    health = CameraHealth(FRONT, WITHOUT_INFO)
    assert not send(health, 0.0, age_s=-5.0)
    assert "camera front: its stamp is 5.000 s in the future" in health.complaint
    assert health.values(0)["stamp.future.front"] == 1


def test_a_late_image_is_counted_and_used() -> None:
    health = CameraHealth(FRONT, WITHOUT_INFO)
    assert send(health, 0.1)
    assert send(health, 0.1, age_s=0.05)
    assert (health.complaint, health.counts["stamp.late"]) == ("", 1)


def test_rate_and_silence() -> None:
    health = CameraHealth(FRONT, WITHOUT_INFO)
    assert health.warnings(0) == ["no images from camera front"]
    for i in range(11):
        send(health, 0.1 * i)
    assert health.rate(to_ns(1.05)) == pytest.approx(10.0)
    assert health.warnings(to_ns(1.9)) == []
    assert health.warnings(to_ns(2.1)) == ["no images from camera front"]
    assert health.rate(to_ns(2.1)) == 0.0


def test_the_rate_begins_anew_where_the_clock_goes_back() -> None:
    health = CameraHealth(FRONT, WITHOUT_INFO)
    for start_s in (10.0, 5.0):
        for index in range(5):
            send(health, start_s + 0.1 * index)
    assert health.rate(to_ns(5.5)) == pytest.approx(10.0)


def test_a_camera_slower_than_expected_is_a_warning() -> None:
    for expected, warned in ((0.0, False), (11.0, False), (15.0, True)):
        health = CameraHealth(FRONT, WITHOUT_INFO, expected)
        for i in range(11):
            send(health, 0.1 * i)
        said = health.warnings(to_ns(1.0))
        assert (said == ["camera front sends 10.0 images a second, expected 15"]) == warned


@pytest.mark.parametrize(("age_s", "warned"), [(0.2, False), (0.3, True)])
def test_images_that_come_late_are_a_warning(age_s: float, warned: bool) -> None:
    health = CameraHealth(FRONT, WITHOUT_INFO)
    send(health, 0.0)
    health.latency.add(to_ns(age_s))
    assert any("camera front are 300 ms old" in text for text in health.warnings(0)) == warned


def test_margins_and_corrected_bits_are_counted() -> None:
    health = CameraHealth(FRONT)
    for margin, hamming in ((10.0, 1), (55.0, 0), (99.9, 0), (500.0, 0)):
        health.look("", [TagDetection(3, np.zeros((4, 2)), margin, hamming)])
    values = health.values(0)
    assert values["margins.front"] == "<50: 1, 50-100: 2, 100-200: 0, 200-400: 0, >400: 1"
    assert values["hamming.front"] == "0: 3, 1: 1"
    assert histogram([]).endswith(">400: 0")


def test_every_image_equals_itself() -> None:
    with pytest.raises(ValueError, match="frozen_frames is 1"):
        HealthSettings(frozen_frames=1)


def test_durations() -> None:
    durations = Durations()
    assert math.isnan(durations.median_ms)
    for milliseconds in (1, 9, 2):
        durations.add(to_ns(1e-3 * milliseconds))
    assert (durations.median_ms, durations.worst_ms) == pytest.approx((2.0, 9.0))

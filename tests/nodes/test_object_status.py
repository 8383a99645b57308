"""How far an object can be trusted survives the way through a message."""

import math

import numpy as np
import pytest

pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticStatus

from diffpol_ros.core.types import ObjectEstimate, Pose, Tracking
from diffpol_ros.estimation.report import ObjectReport
from diffpol_ros.estimation.sight import Sight
from diffpol_ros.nodes.messages import from_stamp
from diffpol_ros.nodes.object_status import CAMERAS, blindness, from_status_message, to_status_message

POSE = Pose(np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]))
COVARIANCE = np.diag([1e-6, 4e-6, 1e-6, 9e-6, 1e-6, 1e-6])
NOW_NS = 1_790_000_000_123_456_789


def report(name: str, tracking: Tracking) -> ObjectReport:
    return ObjectReport(name, ObjectEstimate(name, NOW_NS - 5, POSE, COVARIANCE, tracking), 3, 2, 0.1, False, 0.25)


@pytest.mark.parametrize(
    ("tracking", "level"),
    [
        (Tracking.TRACKING, DiagnosticStatus.OK),
        (Tracking.COASTING, DiagnosticStatus.WARN),
        (Tracking.STALE, DiagnosticStatus.STALE),
        (Tracking.LOST, DiagnosticStatus.ERROR),
    ],
)
def test_tracking_is_the_level_and_comes_back(tracking: Tracking, level: bytes) -> None:
    message = to_status_message(["block"], [report("block", tracking)], NOW_NS)
    assert bytes(message.status[0].level) == level
    assert message.status[0].message == tracking.value
    assert from_status_message(message) == {"block": tracking}
    assert from_stamp(message.header.stamp) == NOW_NS


def test_the_figures_are_in_it() -> None:
    message = to_status_message(["block"], [report("block", Tracking.TRACKING)], NOW_NS)
    values = {each.key: each.value for each in message.status[0].values}
    assert values["stamp_ns"] == str(NOW_NS - 5)
    assert float(values["age_s"]) == 0.25
    assert float(values["position_std_mm"]) == pytest.approx(2.0)
    assert float(values["rotation_std_mrad"]) == pytest.approx(3.0)
    assert (values["tags"], values["cameras"], values["ambiguous"]) == ("3", "2", "False")


def test_an_object_that_was_seen_but_never_located_is_lost_and_says_why() -> None:
    message = to_status_message(["block"], [ObjectReport("block", None, 0, 0, math.nan, True, math.nan)], NOW_NS)
    values = {each.key: each.value for each in message.status[0].values}
    assert (values["seen"], values["ambiguous"]) == ("True", "True")
    assert message.status[0].message == "seen, but two poses fit"
    assert from_status_message(message) == {"block": Tracking.LOST}


def test_every_object_is_told_of_and_no_other() -> None:
    message = to_status_message(["block", "cup"], [report("base", Tracking.TRACKING)], NOW_NS)
    assert from_status_message(message) == {"block": Tracking.LOST, "cup": Tracking.LOST}
    assert {each.key: each.value for each in message.status[0].values}["seen"] == "False"


@pytest.mark.parametrize(
    ("sight", "level", "blind"),
    [
        (Sight({}, False), DiagnosticStatus.OK, ""),
        (Sight({"front": "camera front is frozen"}, False), DiagnosticStatus.WARN, ""),
        (Sight({"front": "it sleeps"}, True), DiagnosticStatus.ERROR, "no camera shows anything: it sleeps"),
    ],
)
def test_the_cameras_are_told_of_beside_the_objects_and_are_none(sight: Sight, level: bytes, blind: str) -> None:
    message = to_status_message(["block"], [report("block", Tracking.TRACKING)], NOW_NS, sight)
    told = {status.name: status for status in message.status}
    assert bytes(told[CAMERAS].level) == level
    assert blindness(message) == blind
    assert from_status_message(message) == {"block": Tracking.TRACKING}


def test_who_tells_nothing_of_cameras_is_not_called_blind() -> None:
    assert blindness(to_status_message(["block"], [], NOW_NS)) == ""

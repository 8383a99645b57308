"""A heartbeat survives the wire, and what is none is refused by name."""

import pytest

pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.core.errors import ObservationError
from diffpol_ros.nodes.heartbeat import from_heartbeat_message, to_heartbeat_message

FIT = Heartbeat("a1", "block_lift", "d1", "panda", "panda_link0", 0.1, True)
UNFIT = Heartbeat("a1", "block_lift", "d1", "panda", "panda_link0", 0.1, False, "object block is lost")


@pytest.mark.parametrize("beat", [FIT, UNFIT])
def test_what_is_told_is_what_is_heard(beat: Heartbeat) -> None:
    message = to_heartbeat_message(beat, "policy", 17)
    assert message.header.stamp.nanosec == 17
    assert from_heartbeat_message(message) == beat


def test_every_level_but_ok_is_unfit() -> None:
    message = to_heartbeat_message(FIT, "policy", 0)
    for level in (DiagnosticStatus.WARN, DiagnosticStatus.ERROR, DiagnosticStatus.STALE):
        message.status[0].level = level
        assert not from_heartbeat_message(message).fit


@pytest.mark.parametrize(
    "message",
    [
        DiagnosticArray(),
        DiagnosticArray(status=[DiagnosticStatus()]),
        DiagnosticArray(status=[DiagnosticStatus(values=[KeyValue(key="step_s", value="soon")])]),
    ],
)
def test_what_is_no_heartbeat_is_refused(message: DiagnosticArray) -> None:
    with pytest.raises(ObservationError, match="policy/status"):
        from_heartbeat_message(message)

"""What passes over a line is read as what it is, however its bytes are cut, and put beside what the bridge told."""

import math
import struct

import numpy as np
import pytest

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import JointTarget
from diffpol_ros.faults.arrivals import Arrivals
from diffpol_ros.faults.overheard import PREFACE, Overheard, Update, read_update
from diffpol_ros.robots.polymetis.messages import ControllerChunk
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import SECONDS_WRAP, StoredControllers

PANDA = load_robot_description("panda")
STORED = StoredControllers(PANDA.backend.settings.read(PolymetisSettings), PANDA.limits)
NOW_NS = 1_700_000_000_500_000_000
HOME = np.asarray(PANDA.home_positions, dtype=np.float32).astype(float)


class Standing:
    """A clock that shows what it is told."""

    def __init__(self, time_ns: int) -> None:
        self.time_ns = time_ns

    def now_ns(self) -> int:
        return self.time_ns


def message(content: bytes) -> bytes:
    body = ControllerChunk(torchscript_binary_chunk=content).SerializeToString()
    return struct.pack(">BI", 0, len(body)) + body


def request(decided_ns: int | None = NOW_NS) -> bytes:
    return message(STORED.update(HOME, 1.0, decided_ns))


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">BHBBI", len(payload) >> 16, len(payload) & 0xFFFF, kind, flags, stream) + payload


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_calls_are_found_in_the_bytes_however_they_are_cut(size: int) -> None:
    sent = request()
    mixed = [frame(4, 0, 0, b""), frame(1, 4, 1, b"headers"), frame(0, 0, 1, sent[:100]), frame(0, 1, 3, b"other")]
    spoken = PREFACE + b"".join([*mixed, frame(0, 0, 1, sent[100:]), frame(0, 1, 1, b"")])
    heard: list[bytes] = []
    listener = Overheard(heard.append)
    for begin in range(0, len(spoken), size):
        listener(spoken[begin : begin + size])
    assert heard == [b"other", sent]


def test_a_call_that_was_given_up_is_none() -> None:
    heard: list[bytes] = []
    Overheard(heard.append)(PREFACE + frame(0, 0, 1, request()) + frame(3, 0, 1, b"\0\0\0\x08"))
    assert heard == []


def test_an_update_tells_its_target_and_its_age() -> None:
    update = read_update(request())
    assert update is not None and np.array_equal(update.positions, HOME)
    assert update.age(NOW_NS / 1e9 + 0.05) == pytest.approx(0.05, abs=1e-3)


def test_an_age_is_right_where_the_seconds_wrap_and_infinite_where_nothing_is_said() -> None:
    assert Update(HOME, SECONDS_WRAP - 0.5).age(10.0 * SECONDS_WRAP + 0.5) == pytest.approx(1.0)
    update = read_update(request(None))
    assert update is not None and update.age(0.0) == math.inf


def test_a_controller_and_a_call_without_content_are_no_targets() -> None:
    assert read_update(message(STORED.controller(HOME))) is None
    assert read_update(message(b"")) is None


def arrivals(late_ns: int = 2_000_000) -> Arrivals:
    return Arrivals(Standing(7), Standing(NOW_NS + late_ns), 0.0)


def test_a_target_that_was_told_has_the_bridges_stamp_once() -> None:
    came = arrivals()
    came.hear(request())
    came.hear(request())
    told = JointTarget(NOW_NS - 3_000_000, HOME, 0.05)
    first, second = came.received([told])
    assert (first.stamp_ns, first.width, first.arrived_ns) == (told.stamp_ns, 0.05, 7)
    assert second.stamp_ns == pytest.approx(NOW_NS, abs=2_000)


def test_a_target_that_nobody_told_counts_all_the_same() -> None:
    came = arrivals()
    came.hear(request())
    (only,) = came.received([])
    assert only.stamp_ns == pytest.approx(NOW_NS, abs=2_000) and np.array_equal(only.positions, HOME)


def test_what_the_controller_drops_for_its_age_is_not_received_and_what_tells_none_is() -> None:
    came = arrivals(late_ns=300_000_000)
    came.hear(request())
    assert came.received([]) == []
    came.hear(request(None))
    assert came.received([])[0].age == math.inf

"""What faults make of messages: exactly what they say, from the moment they say, and nothing once they are over."""

import signal
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest

from diffpol_ros.core.clock import to_ns
from diffpol_ros.faults.camera_faults import BLOCK, ELSEWHERE, FRONT, SIDE, flipped, frozen
from diffpol_ros.faults.edits import silent, unchanged
from diffpol_ros.faults.estimation_faults import STATUS, UNHEARD, not_finite, thrown, unheard
from diffpol_ros.faults.rig import RigError, Seen, TwinRig


@dataclass
class Stamp:
    sec: int = 100
    nanosec: int = 0


@dataclass
class Header:
    stamp: Stamp = field(default_factory=Stamp)


@dataclass
class Xyzw:
    x: float = 0.5
    y: float = 0.0
    z: float = 0.03
    w: float = 1.0


@dataclass
class Body:
    position: Xyzw = field(default_factory=Xyzw)
    orientation: Xyzw = field(default_factory=Xyzw)


@dataclass
class Inner:
    pose: Body = field(default_factory=Body)


@dataclass
class Message:
    """A picture or a pose, as far as a fault looks at it."""

    header: Header = field(default_factory=Header)
    height: int = 480
    width: int = 640
    data: array = field(default_factory=lambda: array("B", bytes(480 * 640 * 3)))
    pose: Inner = field(default_factory=Inner)


@dataclass
class Relay:
    edit: Callable[[Any], Any] = unchanged


class Rig:
    """Relays without a graph; each look at the clock is a nanosecond later, and who waits gets a message."""

    def __init__(self) -> None:
        self.relays: dict[str, Relay] = {}
        self.passed: list[Any] = []
        self._now_ns = 0

    def relay(self, topic: str) -> Relay:
        return self.relays.setdefault(topic, Relay())

    def now_ns(self) -> int:
        self._now_ns += 1
        return self._now_ns

    def wait(self, condition: Callable[[], object], deadline_s: float, what: str) -> None:
        for _ in range(5):
            if condition():
                return
            for relay in self.relays.values():
                self.passed.append(relay.edit(Message()))
        raise RigError(what)


class Successor(Rig):
    """The gate of a policy that was killed says in the end `later`, after the words of its successor."""

    def __init__(self, later: str, words: str = UNHEARD) -> None:
        super().__init__()
        self.killed: list[str] = []
        self._said, self._later, self._words = [Seen(1, 1, "COMMAND", "", "", 0)], later, words

    def signal(self, node: str, number: signal.Signals) -> None:
        self.killed.append(node)

    def verdicts(self) -> list[Seen]:
        return self._said

    def wait(self, condition: Callable[[], object], deadline_s: float, what: str) -> None:
        self._said.append(Seen(2, 2, "HOLD", "policy_unfit", self._words, 0))
        super().wait(condition, deadline_s, what)

    def wait_until(self, end_ns: int, condition: Callable[[], object]) -> None:
        self._said.append(Seen(3, 3, self._later, "", "", 0))


@pytest.fixture
def rig() -> TwinRig:
    return cast(TwinRig, Rig())


def shown(rig: TwinRig, topic: str, after_s: float = 0.0) -> Any:
    return rig.relay(topic).edit(Message(Header(Stamp(100, to_ns(after_s)))))


def test_silence_counts_from_the_last_message_that_passed(rig: TwinRig) -> None:
    with silent(rig, (FRONT, SIDE)) as struck_ns:
        assert struck_ns == 3  # the clock was looked at once before, and for the first camera
        assert shown(rig, FRONT) is None and shown(rig, SIDE) is None
    assert shown(rig, FRONT) is not None


def test_a_frozen_camera_repeats_its_picture_under_new_stamps(rig: TwinRig) -> None:
    with frozen(rig):
        first = bytes(shown(rig, FRONT, 0.1).data)
        message = Message(Header(Stamp(100, to_ns(0.2))), data=array("B", bytes([7]) * (480 * 640 * 3)))
        again = rig.relay(FRONT).edit(message)
        assert bytes(again.data) == first
        assert again.header.stamp.nanosec == to_ns(0.2)
    assert rig.relay(FRONT).edit is unchanged


def test_a_flip_is_in_both_cameras_and_lasts_a_tenth_of_a_second(rig: TwinRig) -> None:
    with flipped(rig):
        for topic in (FRONT, SIDE):
            assert np.any(np.frombuffer(shown(rig, topic, 0.0).data, np.uint8))
            assert np.any(np.frombuffer(shown(rig, topic, 0.07).data, np.uint8))
            assert not np.any(np.frombuffer(shown(rig, topic, 0.11).data, np.uint8))


def test_an_estimate_that_follows_the_flip_is_a_failure(rig: TwinRig) -> None:
    poses = [Message(), Message()]
    poses[1].pose.pose.position.x = float(ELSEWHERE.position[0]) + 0.2

    def believe() -> None:
        with flipped(rig):
            for pose in poses:
                assert rig.relay(BLOCK).edit(pose) is pose

    with pytest.raises(RigError, match="estimation believed a flip: the block moved by 150 mm"):
        believe()


def test_estimates_become_nan_or_far(rig: TwinRig) -> None:
    with not_finite(rig):
        assert np.isnan(shown(rig, BLOCK).pose.pose.position.x)
    with thrown(rig):
        assert shown(rig, BLOCK).pose.pose.position.x == pytest.approx(1.5)
    assert shown(rig, BLOCK).pose.pose.position.x == 0.5


def test_a_successor_hears_nothing_of_how_estimation_is_until_it_was_seen_to_hold() -> None:
    written = Successor("HOLD")
    with unheard(cast(TwinRig, written)):
        assert written.killed == ["policy"] and written.relays[STATUS].edit(Message()) is None
    assert written.relays[STATUS].edit is unchanged


@pytest.mark.parametrize(
    ("written", "said"),
    [(Successor("COMMAND"), "the arm followed"), (Successor("HOLD", "inactive"), "has not arrived")],
    ids=["it is followed", "it never says so"],
)
def test_a_successor_that_is_followed_or_silent_about_it_is_told(written: Successor, said: str) -> None:
    with pytest.raises(RigError, match=said), unheard(cast(TwinRig, written)):
        pass
    assert written.relays[STATUS].edit is unchanged

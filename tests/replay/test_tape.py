"""Where each message of a bag is played: positions never go back, and time is that of the bag between its jumps."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.clock import NANOSECONDS, to_ns
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode
from diffpol_ros.replay.tape import DISORDER_NS, LONGEST_GAP_NS, Entry, Tape, along
from tests.replay.bags import TEXT, text, write_texts
from tests.replay.synthetic import MS, START_NS, SyntheticRun, header, make

NOTHING = dict.fromkeys(("position", "velocity", "effort"), np.zeros(0))
STEPS = st.lists(st.integers(-20 * NANOSECONDS, 20 * NANOSECONDS), max_size=30)


def played(steps_ns: Sequence[int]) -> list[Entry]:
    """Return where messages are played that were received so long after each other [ns]."""
    received = [START_NS]
    for step_ns in steps_ns:
        received.append(received[-1] + step_ns)
    return list(along(Record("/say", TEXT, log_ns, log_ns, b"") for log_ns in received))


@given(STEPS)
def test_every_message_is_played_once_and_no_position_goes_back(steps_ns: list[int]) -> None:
    entries = played(steps_ns)
    assert len(entries) == len(steps_ns) + 1
    positions = [entry.position_ns for entry in entries]
    assert positions[0] == 0 and positions == sorted(positions)


@given(STEPS)
def test_between_leaps_the_clock_goes_as_far_as_the_position_and_never_back(steps_ns: list[int]) -> None:
    entries = played(steps_ns)
    for before, after in pairwise(entries):
        if not after.leap:
            assert after.clock_ns - before.clock_ns == after.position_ns - before.position_ns >= 0


@given(STEPS)
def test_no_message_is_played_far_from_when_it_was_received(steps_ns: list[int]) -> None:
    assert all(0 <= entry.clock_ns - entry.record.log_ns <= DISORDER_NS for entry in played(steps_ns))


@pytest.mark.parametrize(
    ("step_ns", "leaps"),
    [(LONGEST_GAP_NS, False), (LONGEST_GAP_NS + 1, True), (-DISORDER_NS, False), (-to_ns(5), True)],
)
def test_long_gaps_and_clocks_set_back_are_leapt_over(step_ns: int, leaps: bool) -> None:
    first, second, third = played([step_ns, MS])
    assert second.leap is leaps and not third.leap
    assert second.position_ns == (0 if leaps else max(0, step_ns))
    assert second.clock_ns == (START_NS + step_ns if leaps or step_ns > 0 else START_NS)
    assert first.clock_ns == START_NS


def test_a_bag_is_played_from_any_position_on(tmp_path: Path) -> None:
    tape = Tape(write_texts(tmp_path / "bag", 100))
    whole = list(tape.entries())
    assert list(tape.entries(40 * MS)) == whole[40:]
    assert tape.contents().duration_ns == 99 * MS == whole[-1].position_ns
    assert tape.contents().topics == {"/even": TEXT, "/odd": TEXT}


def test_leaps_are_counted(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        topic = writer.add_topic("/say", TEXT)
        for received_s in (0, 1, 100, 101, 50):
            writer.write(topic, START_NS + to_ns(received_s), START_NS, text("x"))
    contents = Tape(tmp_path / "bag").contents()
    assert (contents.leaps, contents.duration_ns) == (2, to_ns(2.0))


def test_an_empty_bag_is_refused(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        writer.add_topic("/say", TEXT)
    with pytest.raises(ResourceError, match="nothing to play"):
        Tape(tmp_path / "bag").contents()


def test_a_bag_of_another_clock_than_its_stamps_is_refused(tmp_path: Path) -> None:
    Tape(SyntheticRun(tmp_path / "own", 1.0).write()).require_own_clock("/joint_states")
    kind = "sensor_msgs/msg/JointState"
    with BagWriter(tmp_path / "other") as writer:
        topic = writer.add_topic("/joint_states", kind)
        for index in range(5):
            state = make(kind, header=header(START_NS - to_ns(90.0)), name=[], **NOTHING)
            writer.write(topic, START_NS + index * MS, START_NS, encode(state, kind))
    with pytest.raises(ResourceError, match=r"joint_states differ by -90\.0 s"):
        Tape(tmp_path / "other").require_own_clock("/joint_states")

"""What the bridge published must be what its journal says; what was lost, or was before it, says nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.bridge.setup import CODEC
from diffpol_ros.core.journal.reading import read_journals
from diffpol_ros.core.types import JointTarget, RobotState
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode
from tests.control.arm import START_NS
from tests.reenact.bridge_bag import Rig, text_message
from tests.replay.synthetic import header, make

JOINTS, GATE, TEXT = "sensor_msgs/msg/JointState", "diagnostic_msgs/msg/DiagnosticArray", "std_msgs/msg/String"
MILLISECOND = 1_000_000


@pytest.fixture(scope="module")
def rig() -> Rig:
    made = Rig()
    made.move()
    return made


def states(rig: Rig) -> list[RobotState]:
    """Return what the robot answered."""
    (recorded,) = read_journals(rig.texts)
    lines = [line for stretch in recorded.stretches for line in stretch.lines()]
    return [CODEC.value(heard.answer) for line in lines for heard in line.heard if heard.question == "state"]


def joints(stamp_ns: int, *rows: np.ndarray) -> bytes:
    position, velocity, effort = (*rows, np.zeros(0), np.zeros(0))[:3]
    about = {"name": [""] * 9, "position": position, "velocity": velocity, "effort": effort}
    return encode(make(JOINTS, header=header(stamp_ns, ""), **about), JOINTS)


def state_message(state: RobotState) -> tuple[str, str, bytes]:
    finger, none = np.full(2, 0.5 * state.gripper_width), np.zeros(2)
    parts = (state.joint_positions, finger), (state.joint_velocities, none), (state.external_torques, none)
    return "/joint_states", JOINTS, joints(state.stamp_ns, *map(np.concatenate, parts))


def target_message(target: JointTarget, shift: float = 0.0) -> tuple[str, str, bytes]:
    finger = np.full(2, 0.5 * target.gripper_width)
    return "/joint_targets", JOINTS, joints(target.stamp_ns, np.concatenate([target.joint_positions + shift, finger]))


def gate_message(stamp_ns: int, text: str, name: str = "") -> tuple[str, str, bytes]:
    pair = make("diagnostic_msgs/msg/KeyValue", key="name", value=name)
    about = {"level": 0, "name": "gate", "message": text, "hardware_id": "", "values": [pair]}
    status = make("diagnostic_msgs/msg/DiagnosticStatus", **about)
    return "/gate", GATE, encode(make(GATE, header=header(stamp_ns, ""), status=[status]), GATE)


def complaints(folder: Path, rig: Rig, said: list[tuple[str, str, bytes]]) -> tuple[str, ...]:
    with BagWriter(folder) as writer:
        journal = writer.add_topic("/bridge/journal", TEXT)
        writer.write(journal, START_NS, START_NS, text_message("\n".join(rig.texts)))
        numbers = {topic: writer.add_topic(topic, kind) for topic, kind in {each[:2]: None for each in said}}
        for topic, _, data in said:
            writer.write(numbers[topic], START_NS, START_NS, data)
    result: StageResult = replay_control(folder, ReplayOptions())
    assert result.equal == result.decisions
    assert result.proven == (not result.complaints)
    return result.complaints


def test_what_was_published_as_it_was_is_no_contradiction(rig: Rig, tmp_path: Path) -> None:
    heard, sent = states(rig), rig.robot.arm.sent
    assert len(heard) > 30 and len(sent) > 20
    said = [*map(state_message, heard), *map(target_message, sent), gate_message(sent[-1].stamp_ns, "COMMAND")]
    assert complaints(tmp_path / "bag", rig, said) == ()


def test_a_target_that_is_not_the_journals_is_a_contradiction(rig: Rig, tmp_path: Path) -> None:
    target = rig.robot.arm.sent[-1]
    (complaint,) = complaints(tmp_path / "bag", rig, [target_message(target), target_message(target, 1e-9)])
    assert "is not the target of the journal" in complaint and "(1 messages" in complaint


def test_a_state_or_target_dated_a_millisecond_later_is_a_contradiction(rig: Rig, tmp_path: Path) -> None:
    state, target = states(rig)[15], rig.robot.arm.sent[15]
    later = [
        state_message(replace(state, stamp_ns=state.stamp_ns + MILLISECOND)),
        target_message(replace(target, stamp_ns=target.stamp_ns + MILLISECOND)),
    ]
    of_state, of_target = sorted(complaints(tmp_path / "bag", rig, later))
    assert of_state.startswith(f"joint_states of {state.stamp_ns + MILLISECOND} ns is not in the journal")
    assert of_target.startswith(f"joint_targets of {target.stamp_ns + MILLISECOND} ns is not in the journal")
    assert all("1000000 ns away" in each for each in (of_state, of_target))


def test_a_state_of_another_bit_is_a_contradiction(rig: Rig, tmp_path: Path) -> None:
    state = states(rig)[15]
    other = replace(state, external_torques=np.nextafter(state.external_torques, 9.0))
    (complaint,) = complaints(tmp_path / "bag", rig, [state_message(other)])
    assert "is not the state of the journal" in complaint


def test_a_gate_that_says_otherwise_is_a_contradiction_unless_the_watch_said_it(rig: Rig, tmp_path: Path) -> None:
    at_ns = rig.robot.arm.sent[15].stamp_ns
    (complaint,) = complaints(tmp_path / "hold", rig, [gate_message(at_ns, "HOLD: no reason")])
    assert complaint.startswith(f"gate at {at_ns} ns says 'HOLD: no reason', the journal 'COMMAND'")
    watched = [gate_message(at_ns + 5, "HOLD: late", "robot_late"), gate_message(at_ns + 6, "STOP: late")]
    assert complaints(tmp_path / "watch", rig, watched) == ()


def test_what_was_before_the_journal_or_after_it_says_nothing(rig: Rig, tmp_path: Path) -> None:
    heard, sent = states(rig), rig.robot.arm.sent
    said = [
        state_message(replace(heard[0], stamp_ns=heard[0].stamp_ns - MILLISECOND)),
        state_message(replace(heard[-1], stamp_ns=heard[-1].stamp_ns + MILLISECOND)),
        target_message(replace(sent[-1], stamp_ns=sent[-1].stamp_ns + 10 * MILLISECOND)),
    ]
    assert complaints(tmp_path / "bag", rig, said) == ()

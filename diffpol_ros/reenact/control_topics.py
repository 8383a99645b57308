"""A second witness: what the bridge published must be what its journal says that it heard and decided."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from sys import intern
from typing import Any

import numpy as np

from diffpol_ros.bridge.setup import CODEC
from diffpol_ros.control.verdict import Command, Stop, Verdict, word
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.raised import is_raised
from diffpol_ros.core.robot_description import JOINTS
from diffpol_ros.core.types import RobotState
from diffpol_ros.reenact.control_changes import verdict_of
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.replay import message_types
from diffpol_ros.replay.bag_reader import BagReader, stamp_ns

TARGETS, GATE, STATES, POSES = "joint_targets", "gate", "joint_states", "end_effector_pose"
TYPES = {
    TARGETS: message_types.JOINTS,
    GATE: message_types.STATUSES,
    STATES: message_types.JOINTS,
    POSES: message_types.POSE,
}
OF_THE_WATCH, STOP = ("robot_late",), Stop("", "")
Row = bytes | str
"""What a message says, so that the same bits are the same row."""


class Witness:
    """Collects from the lines of journals what must have been published, then compares what was."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._rows: dict[str, dict[int, tuple[Row, ...]]] = {TARGETS: {}, GATE: {}, STATES: {}}
        self._spans: dict[str, list[tuple[int, int]]] = {name: [] for name in self._rows}
        # A pose follows from a state of the same stamp.
        self._rows[POSES], self._spans[POSES] = self._rows[STATES], self._spans[STATES]

    def begin(self) -> None:
        """Begin with lines that follow one another without a gap: between them nothing else was published."""
        for spans in (self._spans[name] for name in (TARGETS, GATE, STATES)):
            spans.append((1 << 63, 0))

    def take(self, line: Line) -> None:
        """Take the next of them."""
        tick = verdict_of(line)
        if tick is not None:
            now_ns, verdict = tick
            self._note(GATE, now_ns, intern(_text(verdict)))
            self._note(TARGETS, now_ns, _row_of_target(verdict) if isinstance(verdict, Command) else None)
        for state in _states(line):
            self._note(STATES, state.stamp_ns, _row_of_state(state))

    def contradictions(self, bag: Path, options: ReplayOptions) -> list[str]:
        """Return where the topics of `bag` say other than the journals, the first of each; losses say nothing."""
        names = {options.topic(name): name for name in self._rows}
        first: dict[str, str] = {}
        count: Counter[str] = Counter()
        for record in BagReader(bag).records(list(names)):
            name = names[record.topic]
            message = record.message_of(TYPES[name])
            if self._contradicts(name, message):
                count[name] += 1
                first.setdefault(name, self._told(name, message))
        return [f"{told} ({count[name]} messages like this)" for name, told in first.items()]

    def _note(self, name: str, at_ns: int, row: Row | None) -> None:
        first_ns, last_ns = self._spans[name][-1]
        self._spans[name][-1] = min(first_ns, at_ns), max(last_ns, at_ns)
        if row is not None:
            # Simulated time may stand still between two ticks.
            self._rows[name][at_ns] = (*self._rows[name].get(at_ns, ()), row)

    def _contradicts(self, name: str, message: Any) -> bool:
        at_ns = stamp_ns(message)
        rows = self._rows[name].get(at_ns, ())
        if (rows and name == POSES) or _row(name, message) in rows or (name == GATE and _of_the_watch(message)):
            return False
        # Where nothing is told, that was before the journal, or in a hole of it, or never.
        return bool(rows) or any(first_ns <= at_ns <= last_ns for first_ns, last_ns in self._spans[name])

    def _told(self, name: str, message: Any) -> str:
        at_ns, rows = stamp_ns(message), self._rows[name]
        if at_ns not in rows:
            nearest_ns = min(rows, key=lambda each: abs(each - at_ns), default=0)
            apart = f", whose nearest is of {nearest_ns} ns, {abs(nearest_ns - at_ns)} ns away" if rows else ""
            return f"{name} of {at_ns} ns is not in the journal{apart}"
        published, told = _shown(_row(name, message)), _shown(rows[at_ns][0])
        if name == GATE:
            return f"{GATE} at {at_ns} ns says {published}, the journal {told}"
        what = "target" if name == TARGETS else "state"
        return f"{name} of {at_ns} ns is not the {what} of the journal: {published}, {told} there"


def _states(line: Line) -> Iterator[RobotState]:
    """Yield what the robot answered."""
    for heard in line.heard:
        if heard.question == "state" and not is_raised(heard.answer):
            state = CODEC.value(heard.answer)
            if isinstance(state, RobotState):
                yield state


def _row(name: str, message: Any) -> Row:
    if name == GATE:
        return message.status[0].message if message.status else "nothing"
    if name == POSES:
        return ""
    told = (message.position, message.velocity, message.effort) if name == STATES else (message.position,)
    return np.concatenate([np.asarray(each, dtype=np.float64) for each in told]).tobytes()


def _row_of_target(verdict: Command) -> bytes:
    finger = 0.5 * verdict.target.gripper_width
    return np.array([*verdict.target.joint_positions[:JOINTS].tolist(), finger, finger]).tobytes()


def _row_of_state(state: RobotState) -> bytes:
    finger, none = np.full(2, 0.5 * state.gripper_width), np.zeros(2)
    parts = state.joint_positions, finger, state.joint_velocities, none, state.external_torques, none
    return np.concatenate(parts).tobytes()


def _of_the_watch(message: Any) -> bool:
    """Return whether it may be of the watch over a robot that does not answer, which decides beside the loop."""
    if not message.status:
        return False
    status = message.status[0]
    named = next((pair.value for pair in status.values if pair.key == "name"), "")
    return named in OF_THE_WATCH or status.message.startswith(word(STOP))


def _text(verdict: Verdict) -> str:
    return f"{word(verdict)}: {verdict.reason}" if verdict.reason else word(verdict)


def _shown(row: Row) -> str:
    return repr(row) if isinstance(row, str) else str(np.frombuffer(row).tolist())

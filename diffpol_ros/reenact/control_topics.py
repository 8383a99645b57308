"""A second witness: what the bridge published must be what its journal says that it decided."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from diffpol_ros.control.verdict import Command, Stop, Verdict, word
from diffpol_ros.core.journal.reading import Recorded
from diffpol_ros.core.robot_description import JOINTS
from diffpol_ros.reenact.control_changes import verdict_of
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns

TARGETS, GATE = "joint_targets", "gate"
OF_THE_WATCH, STOP = ("robot_late",), Stop("", "")
Verdicts = dict[int, list[Verdict]]
"""By the time of the tick: simulated time may stand still between two."""


def contradictions(bag: Path, options: ReplayOptions, journals: list[Recorded]) -> list[str]:
    """Return where the topics of `bag` say other than the journals, the first of each; what was lost says nothing."""
    verdicts: Verdicts = defaultdict(list)
    for now_ns, verdict in _verdicts(journals):
        verdicts[now_ns].append(verdict)
    names = {options.topic(TARGETS): TARGETS, options.topic(GATE): GATE}
    found: dict[str, list[str]] = {TARGETS: [], GATE: []}
    for record in BagReader(bag).records(list(names)):
        name = names[record.topic]
        complaint = _of_target(record, verdicts) if name == TARGETS else _of_gate(record, verdicts)
        found[name] += [complaint] if complaint else []
    return [f"{each[0]} ({len(each)} messages like this)" for each in found.values() if each]


def _verdicts(journals: list[Recorded]) -> Iterator[tuple[int, Verdict]]:
    """Yield the verdict of each tick by its time, which is the stamp of what was published then."""
    for recorded in journals:
        for stretch in recorded.stretches:
            for line in stretch.lines():
                told = verdict_of(line)
                if told is not None:
                    yield told


def _of_target(record: Record, verdicts: Verdicts) -> str:
    message = record.message
    told = [_positions(each) for each in verdicts.get(stamp_ns(message), ()) if isinstance(each, Command)]
    published = np.asarray(message.position, dtype=np.float64)
    # Where nothing is told, that was before the journal, or in a hole of it.
    if not told or any(published.tobytes() == each.tobytes() for each in told):
        return ""
    where = f"{TARGETS} of {stamp_ns(message)} ns"
    return f"{where} is not the target of the journal: {published.tolist()}, {told[0].tolist()} there"


def _positions(verdict: Command) -> Any:
    finger = 0.5 * verdict.target.gripper_width
    return np.array([*verdict.target.joint_positions[:JOINTS].tolist(), finger, finger])


def _of_gate(record: Record, verdicts: Verdicts) -> str:
    message = record.message
    told = [_text(verdict) for verdict in verdicts.get(stamp_ns(message), ())]
    published = message.status[0].message if message.status else "nothing"
    # The watch over a robot that does not answer decides beside the loop, in simulated time at the same time.
    if not told or published in told or _name(message) in OF_THE_WATCH or published.startswith(word(STOP)):
        return ""
    return f"{GATE} at {stamp_ns(message)} ns says {published!r}, the journal {told[0]!r}"


def _text(verdict: Verdict) -> str:
    return f"{word(verdict)}: {verdict.reason}" if verdict.reason else word(verdict)


def _name(message: Any) -> str:
    values = message.status[0].values if message.status else ()
    return next((pair.value for pair in values if pair.key == "name"), "")

"""Control run again: the real bridge, told what it was asked and answered what it heard."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.bridge.building import build_bridge, machine_clocks
from diffpol_ros.bridge.recorded import BUILD, told_of
from diffpol_ros.bridge.setup import CODEC, ERRORS, STAGE, BridgeSetup
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.reading import Recorded, Stretch
from diffpol_ros.core.journal.transcript import Played, Transcript
from diffpol_ros.reenact.absent_robot import AbsentRobot
from diffpol_ros.reenact.control_changes import ControlChanges
from diffpol_ros.reenact.control_setup import asked_setup, description_changes, replaced_settings
from diffpol_ros.reenact.control_topics import Witness
from diffpol_ros.reenact.control_traces import ControlTraces
from diffpol_ros.reenact.journals import other_build, stage_journals
from diffpol_ros.reenact.judging import Judging
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.result import ReplayError, StageResult

TOPIC = "bridge/journal"
DECISIONS = ("tick", "accept", "refuse_malformed", "enable", "recover", "home_gripper", "stop", "reset")
CALLS = (*DECISIONS, "hear", "settle", "close")
OPEN_LOOP = "open loop: what the robot did then it does again, whatever it is told now"
SURELY_KNOWN_S = 1.0
"""For so long, and twice a policy's silence, a bridge must have listened: then it knows all that enabling asks [s]."""


@dataclass
class _Found:
    """What was found so far."""

    judging: Judging = field(default_factory=Judging)
    changes: ControlChanges = field(default_factory=ControlChanges)
    witness: Witness = field(default_factory=Witness)
    traces: ControlTraces | None = None

    def judge(self, played: Played) -> None:
        """Count one line that was run again."""
        self.judging.judge(played.line, played.difference, decides=played.line.call in DECISIONS)
        if played.difference is not None:
            self.changes.add(played)
        if self.traces is not None:
            self.traces.add(played)


def replay_control(bag: Path, options: ReplayOptions) -> StageResult:
    """Run every bridge of `bag` again; with other parameters or another robot: what it would have said, open loop."""
    journals = stage_journals(bag, options.topic(TOPIC), STAGE)
    began_s, traces = time.perf_counter(), ControlTraces() if options.traced else None
    found = _Found(Judging.of(traces), traces=traces)
    notes = [OPEN_LOOP] if options.parameters or options.robot else []
    for recorded in journals:
        differing = description_changes(recorded)
        found.changes.description += len(differing)
        notes += [*other_build(recorded), *differing[:1]]
        setup = asked_setup(recorded, options)
        if traces is not None:
            traces.replace(replaced_settings(recorded, setup))
        for stretch in recorded.stretches:
            _replay_stretch(stretch, setup, found)
    took_s, judging = time.perf_counter() - began_s, found.judging
    if not judging.decisions:
        raise ReplayError(_why_nothing(journals))
    complaints = [complaint for recorded in journals for complaint in recorded.complaints]
    return StageResult(
        *("control", judging.decisions, judging.equal, judging.not_judged, judging.first, found.changes.told()),
        *(judging.span_s, took_s),
        complaints=(*complaints, *found.witness.contradictions(bag, options)),
        notes=tuple(dict.fromkeys(notes)),
        traces=traces.traces() if traces is not None else None,
    )


def _replay_stretch(stretch: Stretch, setup: BridgeSetup, found: _Found) -> None:
    """Run lines without a gap again, and judge them from where the bridge's state is known."""
    play = _player(Transcript(CODEC, ERRORS, _stand_in), setup)
    judging, ticks, stamps_ns = stretch.whole, 0, list[int]()
    found.witness.begin()
    needed = (SURELY_KNOWN_S + 2.0 * setup.policy_silence) * setup.settings.rate
    for line in stretch.lines():
        if line.stamp_ns > 0:
            # A simulated clock that nobody has told yet stands at 0.
            stamps_ns = [*stamps_ns[:1], line.stamp_ns]
        found.witness.take(line)
        judging = judging or (ticks >= needed and _enables(line))
        ticks += line.call == "tick"
        played = play(line)
        if judging:
            found.judge(played)
        else:
            found.judging.not_judged += line.call in DECISIONS
    found.judging.span_ns += stamps_ns[-1] - stamps_ns[0] if stamps_ns else 0


def _player(transcript: Transcript, setup: BridgeSetup) -> Callable[[Line], Played]:
    """Return what plays one line after another, on a bridge that it builds when the journal does, or before."""
    bridges: list[Bridge] = []

    def build() -> None:
        bridges[:] = [build_bridge(Bridge, setup, AbsentRobot(), machine_clocks(), transcript)]

    def play(line: Line) -> Played:
        if line.call == BUILD:
            return transcript.play(line, build)
        if not bridges:
            build()
        if line.call not in CALLS:
            raise ReplayError(f"line {line.number} of the journal calls {line.call!r}, which no bridge knows")
        gave: Callable[[Any], object] = told_of if line.call == "tick" else (lambda result: result)
        return transcript.play(line, getattr(bridges[0], line.call), gave)

    return play


def _enables(line: Line) -> bool:
    """Return whether the arm is enabled in `line`: a bridge that began amid things then knows what the recorded did."""
    started = any(heard.question == "start_controller" for heard in line.heard)
    return line.call == "enable" and line.outcome is None and started


def _stand_in(question: str, told: tuple[object, ...], last: object) -> object:
    """Answer what was not asked then: a robot that goes where it is told, and clocks that stand."""
    if question == "send":
        return told[0]
    return 0 if last is None and question in ("system", "steady", "link", "count") else last


def _why_nothing(journals: list[Recorded]) -> str:
    lines = sum(len(stretch.sealed) for recorded in journals for stretch in recorded.stretches)
    return (
        f"none of the {lines} lines of its journal can be judged: the bridge's beginning is not in the bag, nor is an "
        f"arm enabled at least {SURELY_KNOWN_S:.0f} s after its first line"
    )

"""What the bridge sent and what the gate said over time, then and now."""

from dataclasses import replace

from diffpol_ros.control.verdict import Command, Verdict, counter_of
from diffpol_ros.core.journal.transcript import Played
from diffpol_ros.core.robot_description import JOINTS
from diffpol_ros.reenact.control_changes import verdict_of
from diffpol_ros.reenact.traces import Apart, Collector, Rows, Trace, Word, Words

RAISED, GATE = "raised", "gate."


class ControlTraces(Collector):
    """Collects them tick by tick."""

    def __init__(self) -> None:
        """Have nothing yet."""
        super().__init__()
        self._joints, self._widths, self._gate = Rows(JOINTS), Rows(1), Words()

    def add(self, played: Played) -> None:
        """Take a call that was run again; what is no tick says nothing."""
        line = played.line
        if line.call != "tick":
            return
        then = _verdict(verdict_of(line))
        now = then if played.difference is None else _verdict(verdict_of(replace(line, outcome=played.outcome)))
        self._joints.add(line.stamp_ns, *map(_joints, (then, now)))
        self._widths.add(line.stamp_ns, *map(_width, (then, now)))
        self._gate.add(_word(line.stamp_ns, then), _word(line.stamp_ns, now))

    def courses(self) -> tuple[Trace | Apart, ...]:
        """Return what was sent to the joints and to the gripper."""
        joints = self._joints.trace("joint targets", "rad", [str(number + 1) for number in range(JOINTS)])
        widths = self._widths.trace("width asked of the gripper", "m", ["width"]).in_unit("mm", 1e3)
        return joints, joints.apart("mrad", 1e3), widths, widths.apart("mm", 1.0)

    def gate(self) -> Words:
        """Return what the gate said."""
        return self._gate


def _verdict(tick: tuple[int, Verdict] | None) -> Verdict | None:
    return None if tick is None else tick[1]


def _joints(verdict: Verdict | None) -> list[float] | None:
    return verdict.target.joint_positions.tolist() if isinstance(verdict, Command) else None


def _width(verdict: Verdict | None) -> tuple[float] | None:
    return (verdict.target.gripper_width,) if isinstance(verdict, Command) else None


def _word(stamp_ns: int, verdict: Verdict | None) -> Word:
    if verdict is None:
        return Word(stamp_ns, RAISED, "an error")
    return Word(stamp_ns, counter_of(verdict).removeprefix(GATE), verdict.reason)

"""How far what the bridge does now is from what it did."""

import math
from dataclasses import dataclass, replace

import numpy as np

from diffpol_ros.bridge.setup import CODEC
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.raised import is_raised
from diffpol_ros.core.journal.transcript import Played
from diffpol_ros.core.journal.values import JournalError, Plain
from diffpol_ros.core.types import JointTarget
from diffpol_ros.reenact.result import Change


@dataclass
class ControlChanges:
    """joints: the largest of any command [rad]. width: of the gripper [m]. decisions: how many are of another kind.

    description: how many settings of the robot's own file are no longer what they were.
    """

    joints: float = 0.0
    width: float = 0.0
    decisions: int = 0
    description: int = 0

    def add(self, played: Played) -> None:
        """Take a call that is not the same."""
        before, after = verdict_of(played.line), verdict_of(replace(played.line, outcome=played.outcome))
        self.decisions += _kind(played.line.outcome, before) != _kind(played.outcome, after)
        if before is not None and after is not None:
            self._compare(before[1], after[1])

    def told(self) -> tuple[Change, ...]:
        """Return them all."""
        return (
            Change("joint_positions", self.joints, "rad"),
            Change("gripper_width", self.width, "m"),
            Change("decisions", float(self.decisions)),
            Change("robot_description", float(self.description)),
        )

    def _compare(self, then: object, now: object) -> None:
        if isinstance(then, Command) and isinstance(now, Command):
            self.joints = max(self.joints, _apart(then.target, now.target))
            self.width = max(self.width, abs(then.target.gripper_width - now.target.gripper_width))


def verdict_of(line: Line) -> tuple[int, Verdict] | None:
    """Return the time [ns] and the verdict of a tick; None for any other call, and for one that raised an error."""
    if line.call != "tick" or is_raised(line.outcome):
        return None
    match CODEC.value(line.outcome):
        case (int(now_ns), bool(), (Command() | Hold() | Stop()) as verdict):
            return now_ns, verdict
    raise JournalError(f"line {line.number} of the journal is a tick without a verdict")


def _apart(then: JointTarget, now: JointTarget) -> float:
    apart = float(np.abs(now.joint_positions - then.joint_positions).max())
    return apart if math.isfinite(apart) else math.inf


def _kind(outcome: Plain, tick: tuple[int, Verdict] | None) -> tuple[str, ...]:
    """Return what a call came to, in words: a verdict's, a refusal's, an error's."""
    if is_raised(outcome):
        return ("raised", str(outcome["raised"][0]))
    decided = CODEC.value(outcome) if tick is None else tick[1]
    return (type(decided).__name__, getattr(decided, "name", ""))

"""How far what the bridge does now is from what it did."""

import math
from dataclasses import dataclass

import numpy as np

from diffpol_ros.bridge.setup import CODEC
from diffpol_ros.control.verdict import Command
from diffpol_ros.core.types import JointTarget
from diffpol_ros.journal.raised import is_raised
from diffpol_ros.journal.transcript import Played
from diffpol_ros.journal.values import Plain
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
        then, now = _kind(played.line.outcome), _kind(played.outcome)
        self.decisions += then != now
        if played.line.call == "tick" and not is_raised(played.line.outcome) and not is_raised(played.outcome):
            self._compare(CODEC.value(played.line.outcome)[2], CODEC.value(played.outcome)[2])

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


def _apart(then: JointTarget, now: JointTarget) -> float:
    apart = float(np.abs(now.joint_positions - then.joint_positions).max())
    return apart if math.isfinite(apart) else math.inf


def _kind(outcome: Plain) -> tuple[str, ...]:
    """Return what a call came to, in words: a verdict's, a refusal's, an error's."""
    if is_raised(outcome):
        return ("raised", str(outcome["raised"][0]))
    value = CODEC.value(outcome)
    verdict = value[2] if isinstance(value, tuple) else value
    return (type(verdict).__name__, getattr(verdict, "name", ""))

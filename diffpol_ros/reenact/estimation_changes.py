"""How far estimates are from the recorded ones."""

import math
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.journal.difference import Difference, differences
from diffpol_ros.core.journal.raised import is_raised
from diffpol_ros.core.journal.transcript import Played
from diffpol_ros.core.journal.values import Plain
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.journaled import codec
from diffpol_ros.reenact.result import Change

COLLECT, STATUS = "collect", "status"


@dataclass
class EstimationChanges:
    """The greatest shift [m] and turn [rad] of an estimate, estimates without a counterpart, calls that differ.

    number: the greatest change of any number told. otherwise: calls that differ in what is no number, such as a word.
    """

    position: float = 0.0
    rotation: float = 0.0
    unmatched: int = 0
    calls: int = 0
    number: float = 0.0
    otherwise: int = 0

    def add(self, played: Played, difference: Difference | None) -> None:
        """Take what came of one line, and where that first differs, looks included."""
        if difference is None:
            return
        self.calls += 1
        sizes = [each.size for each in differences(codec(), played.line.outcome, played.outcome, played.line.call)]
        self.number = max(self.number, *(size for size in sizes if not math.isnan(size)), 0.0)
        self.otherwise += any(math.isnan(size) for size in sizes)
        then = {(each.name, each.stamp_ns): each for each in estimates_of(played.line.call, played.line.outcome)}
        now = {(each.name, each.stamp_ns): each for each in estimates_of(played.line.call, played.outcome)}
        self.unmatched += len(then.keys() ^ now.keys())
        for key in then.keys() & now.keys():
            self._compare(then[key], now[key])

    def told(self, looks: int, altered: int) -> tuple[Change, ...]:
        """Return all measures; `looks`: that found something else, `altered`: images that are not the recorded."""
        return (
            Change("position", self.position, "m"),
            Change("rotation", self.rotation, "rad"),
            Change("estimates_missing_or_new", self.unmatched),
            Change("looks", looks),
            Change("images_altered", altered),
            Change("numbers", self.number),
            Change("answers", self.otherwise),
            Change("decisions", self.calls),
        )

    def _compare(self, then: ObjectEstimate, now: ObjectEstimate) -> None:
        shift = float(np.linalg.norm(now.pose.position - then.pose.position))
        same = np.array_equal(then.pose.quaternion, now.pose.quaternion)
        turn = 0.0 if same else float(np.linalg.norm(rotation_between(then.pose.quaternion, now.pose.quaternion)))
        self.position, self.rotation = max(self.position, shift), max(self.rotation, turn)


def estimates_of(call: str, outcome: Plain) -> list[ObjectEstimate]:
    """Return the estimates in the outcome of a line."""
    if outcome is None or is_raised(outcome) or call not in (COLLECT, STATUS):
        return []
    value = codec().value(outcome if call == COLLECT else outcome[0])
    return [each for each in value if isinstance(each, ObjectEstimate)]

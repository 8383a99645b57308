"""Whether a row of targets keeps the limits of velocity, acceleration and jerk, judged at the times they really had."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from diffpol_ros.core.clock import NANOSECONDS, to_seconds
from diffpol_ros.core.robot_description import JointLimits
from diffpol_ros.core.types import Array
from diffpol_ros.faults.received import Received
from diffpol_ros.faults.rig import Seen

SINGLE_PRECISION = 2.0**-23
"""Of the positions, where the backend takes single precision."""
SLACK = 1.0 + 1e-3
LONGEST_STEP = 2
"""Periods between two targets of one motion; more is a gap."""
PAUSE = 5
"""Periods after which the arm stands, and must begin from rest."""
LATE = "robot_late"
ORDERS = {1: "velocity", 2: "acceleration", 3: "jerk"}


class Motion:
    """Judges targets by their differences.

    A divided difference of order n times n! is a mean of the n-th derivative: where it exceeds a limit, so did the
    motion, whatever the times between the targets are.
    """

    def __init__(self, limits: JointLimits, period_ns: int) -> None:
        """Expect targets every `period_ns`."""
        self._limits = {1: np.array(limits.velocity), 2: np.array(limits.acceleration), 3: np.array(limits.jerk)}
        self._period_ns = period_ns

    def excesses(
        self, received: Sequence[Received], verdicts: Sequence[Seen], astray: Sequence[int] = ()
    ) -> Iterator[str]:
        """Yield what exceeded a limit; across a short gap only the velocity can.

        astray: when targets of a rough stamp arrived [ns]: where one came last, nobody knows how the arm stood.
        """
        stops = [seen.stamp_ns for seen in verdicts if seen.word == "STOP"]
        for earlier, later in pairwise(received):
            if self._apart(earlier, later, LONGEST_STEP) and not _any_within(stops, earlier.stamp_ns, later.stamp_ns):
                span = to_seconds(later.stamp_ns - earlier.stamp_ns)
                worst = float((np.abs(later.positions - earlier.positions) / span / self._limits[1]).max())
                if worst > SLACK:
                    yield f"velocity was {worst:.2f} of the limit across a gap"
        for stamps_ns, positions in self._runs(received, verdicts, astray):
            times = (np.array(stamps_ns) - stamps_ns[0]) / NANOSECONDS
            for order, name in ORDERS.items():
                worst = self._worst_ratio(times, positions, order)
                if worst > SLACK:
                    yield f"{name} was {worst:.2f} of the limit"

    def jumps(self, received: Sequence[Received], verdicts: Sequence[Seen]) -> Iterator[str]:
        """Yield where a target of a rough stamp is farther from the one before than the longest step may go."""
        stops = [seen.stamp_ns for seen in verdicts if seen.word == "STOP"]
        reach = LONGEST_STEP * to_seconds(self._period_ns) * self._limits[1]
        for earlier, later in pairwise(received):
            if not later.certain and not _any_within(stops, earlier.stamp_ns, later.stamp_ns):
                worst = float((np.abs(later.positions - earlier.positions) / reach).max())
                if worst > SLACK:
                    yield f"a target that was under way went {worst:.2f} times as far as a step may"

    def gaps(self, received: Sequence[Received], verdicts: Sequence[Seen]) -> Iterator[str]:
        """Yield the longest pause that no Hold or Stop explains."""
        still = [seen.stamp_ns for seen in verdicts if seen.word != "COMMAND" and seen.name != LATE]
        pauses = [
            later.stamp_ns - earlier.stamp_ns
            for earlier, later in pairwise(received)
            if self._apart(earlier, later, LONGEST_STEP) and not _any_within(still, earlier.stamp_ns, later.stamp_ns)
        ]
        if pauses:
            yield f"{to_seconds(max(pauses)):.3f} s between two targets"

    def _runs(
        self, received: Sequence[Received], verdicts: Sequence[Seen], astray: Sequence[int]
    ) -> Iterator[tuple[list[int], Array]]:
        """Yield stretches of steady sending, with the standing before them and after those that ended in a Hold.

        After a Stop the arm is enabled where it is by then, and a target that merely came late stopped nowhere.
        """
        stops = [seen.stamp_ns for seen in verdicts if seen.word == "STOP"]
        holds = [seen.stamp_ns for seen in verdicts if seen.word == "HOLD" and seen.name != LATE]
        pairs = list(pairwise(received))
        breaks = [index for index, pair in enumerate(pairs, start=1) if self._apart(*pair, LONGEST_STEP)]
        for first, end in pairwise([0, *breaks, len(received)]):
            run = [(each.stamp_ns, each.positions) for each in received[first:end]]
            before = received[first - 1] if first else None
            known = before is not None and not _any_within(astray, before.arrived_ns, received[first].arrived_ns)
            if before is not None and known and not _any_within(stops, before.stamp_ns, run[0][0]):
                run = [*self._lead(before, received[first]), *run]
            last_ns, last = run[-1]
            if _any_within(holds, last_ns, last_ns + LONGEST_STEP * self._period_ns):
                run += [(last_ns + ahead * self._period_ns, last) for ahead in (1, 2, 3)]
            yield [stamp_ns for stamp_ns, _ in run], np.array([each for _, each in run])

    def _lead(self, before: Received, first: Received) -> list[tuple[int, Array]]:
        """Return how the arm stood at its last target before a pause ended; in a short one it was not yet at rest."""
        if not self._apart(before, first, PAUSE):
            return []
        # The first step of a motion may last as long as the longest.
        steps = (LONGEST_STEP * back * self._period_ns for back in (3, 2, 1))
        return [(first.stamp_ns - step, before.positions) for step in steps]

    def _apart(self, earlier: Received, later: Received, periods: int) -> bool:
        return later.stamp_ns - earlier.stamp_ns > periods * self._period_ns

    def _worst_ratio(self, times: Array, positions: Array, order: int) -> float:
        """Return the largest ratio of the derivative of `order` to its limit, less what rounding may add."""
        differences, rounding = positions, np.full(len(times), SINGLE_PRECISION * math.pi)
        for step in range(1, order + 1):
            if len(differences) < 2:
                return 0.0
            spans = times[step:] - times[:-step]
            differences = np.diff(differences, axis=0) / spans[:, None]
            rounding = (rounding[1:] + rounding[:-1]) / spans
        derivative = math.factorial(order) * (np.abs(differences) - rounding[:, None])
        return float((derivative / self._limits[order]).max())


def _any_within(stamps_ns: Sequence[int], begin_ns: int, end_ns: int) -> bool:
    return any(begin_ns <= stamp_ns <= end_ns for stamp_ns in stamps_ns)

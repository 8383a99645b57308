"""Whether the robot's clock is this machine's: each poll of its state says between which instants a stamp was made."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.clock import to_seconds

OLDEST_TICK = 0.003
"""A state may be so old when it is read, by the robot's own period and its server's [s]."""


@dataclass(frozen=True)
class Poll:
    """One reading of the robot's state: when it was asked for, when it was there, how it was stamped, all in [ns]."""

    asked_ns: int
    answered_ns: int
    stamp_ns: int


def clock_offset(polls: Sequence[Poll]) -> float:
    """Return by how much the robot's clock is ahead [s]; 0 where no poll proves that it is not this machine's.

    A stamp of the future proves a clock ahead. One older than a tick, even at best, proves one that is behind.
    """
    ahead = max(to_seconds(poll.stamp_ns - poll.answered_ns) for poll in polls)
    behind = min(to_seconds(poll.asked_ns - poll.stamp_ns) for poll in polls)
    if ahead <= 0.0 and behind <= OLDEST_TICK:
        return 0.0
    fastest = sorted(polls, key=lambda poll: poll.answered_ns - poll.asked_ns)[: max(1, len(polls) // 5)]
    middles = [(poll.asked_ns + poll.answered_ns) // 2 for poll in fastest]
    gaps = [to_seconds(poll.stamp_ns - middle) for poll, middle in zip(fastest, middles, strict=True)]
    return float(np.median(gaps))

"""What an estimate rests on: for people, and for whoever must decide whether to act on it."""

import math
from dataclasses import dataclass

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.tracking.timeline import Timeline


@dataclass(frozen=True, eq=False)
class ObjectReport:
    """One object's estimate and its grounds.

    estimate: None where the object is seen, but was never located: two poses fit. tags, cameras: how many the last
    measurement used; a tag in two cameras counts twice. residual_px: RMS distance of its corners from where the
    pose puts them. ambiguous: the newest images allow two poses, or their tags contradict each other, and nothing
    known settles it, so the estimate does not rest on them. age: since the newest image that contributed [s]. Both
    are nan where there is no estimate.
    """

    name: str
    estimate: ObjectEstimate | None
    tags: int
    cameras: int
    residual_px: float
    ambiguous: bool
    age: float


def report_on(name: str, estimate: ObjectEstimate | None, timeline: Timeline, now_ns: int) -> ObjectReport:
    """Return what the estimate of an object rests on, by its timeline."""
    state, grounds = timeline.state, timeline.grounds
    age = to_seconds(now_ns - state.stamp_ns) if state else math.nan
    if grounds is None:
        return ObjectReport(name, estimate, 0, 0, math.nan, timeline.ambiguous, age)
    return ObjectReport(name, estimate, grounds.tags, grounds.cameras, grounds.residual_px, timeline.ambiguous, age)

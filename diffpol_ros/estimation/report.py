"""What an estimate rests on: for people, and for whoever must decide whether to act on it."""

from dataclasses import dataclass

from diffpol_ros.core.types import ObjectEstimate


@dataclass(frozen=True, eq=False)
class ObjectReport:
    """One object's estimate and its grounds.

    tags, cameras: how many the last measurement used; a tag in two cameras counts twice. residual_px: RMS distance of
    its corners from where the pose puts them. ambiguous: the newest images allow two poses and nothing known settles
    it, so the estimate does not rest on them. age: since the newest image that contributed [s].
    """

    estimate: ObjectEstimate
    tags: int
    cameras: int
    residual_px: float
    ambiguous: bool
    age: float

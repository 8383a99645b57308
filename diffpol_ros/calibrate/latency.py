"""How late an arm follows its targets, from several wiggles, and how well that is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.stats import t as student

from diffpol_ros.calibrate.following import Following, FollowingLimits, Wiggle, follow
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.core.settings import setting

CONFIDENCE = 0.95


@dataclass(frozen=True)
class LatencyLimits:
    """What a measurement must reach to be believed."""

    repeats: int = setting(2, description="wiggles along each axis, at least", minimum=2)
    half: float = setting(0.005, description="of the 95 % interval of the latency [s]", minimum=1e-4)
    following: FollowingLimits = field(default_factory=FollowingLimits)


@dataclass(frozen=True)
class Interval:
    """A mean and half its confidence interval of 95 % [s]; deviation: of one wiggle from its axis's mean [s]."""

    mean: float
    half: float
    deviation: float

    def __str__(self) -> str:
        """Return the mean and how well it is known."""
        return f"{1e3 * self.mean:.1f} ± {1e3 * self.half:.1f} ms"


@dataclass(frozen=True)
class AxisLatency:
    """How late slow motion along one axis is [s]: the stiffness differs with the direction."""

    axis: str
    total: float


@dataclass(frozen=True)
class Latency:
    """transport: until the arm answers. lag: by which slow motion trails after that. total: both; means of the axes.

    explained: share of the motion, of the worst wiggle.
    """

    transport: Interval
    lag: Interval
    total: Interval
    axes: tuple[AxisLatency, ...]
    explained: float
    wiggles: int


def solve_latency(wiggles: Sequence[Wiggle], limits: LatencyLimits | None = None) -> Latency:
    """Return the latency over several wiggles, or raise Refusal."""
    limits = limits or LatencyLimits()
    _check_count(wiggles, limits)
    by_axis = _by_axis([follow(wiggle, limits.following) for wiggle in wiggles])
    latency = Latency(
        transport=_interval([[each.transport for each in group] for group in by_axis]),
        lag=_interval([[each.lag for each in group] for group in by_axis]),
        total=_interval([[each.total for each in group] for group in by_axis]),
        axes=tuple(AxisLatency(group[0].axis, float(np.mean([each.total for each in group]))) for group in by_axis),
        explained=min(each.explained for group in by_axis for each in group),
        wiggles=len(wiggles),
    )
    if latency.total.half > limits.half:
        raise Refusal(
            f"the latency scatters: it is known to ± {1e3 * latency.total.half:.1f} ms only, expected "
            f"{1e3 * limits.half:.1f}: is the machine or the network busy? Otherwise ask for more wiggles"
        )
    return latency


def _check_count(wiggles: Sequence[Wiggle], limits: LatencyLimits) -> None:
    if not wiggles:
        raise Refusal("no wiggle was followed to its end")
    for axis in sorted({wiggle.axis for wiggle in wiggles}):
        count = sum(wiggle.axis == axis for wiggle in wiggles)
        if count < limits.repeats:
            raise Refusal(
                f"{count} wiggle along {axis} was followed to its end, at least {limits.repeats} an axis are needed"
            )


def _by_axis(found: Sequence[Following]) -> list[list[Following]]:
    names = dict.fromkeys(each.axis for each in found)
    return [[each for each in found if each.axis == name] for name in names]


def _interval(groups: Sequence[Sequence[float]]) -> Interval:
    """Return the mean of the groups' means; what differs between groups is no uncertainty of it."""
    freedom = sum(len(group) - 1 for group in groups)
    squares = sum(float(np.sum((np.array(group) - np.mean(group)) ** 2)) for group in groups)
    deviation = float(np.sqrt(squares / freedom))
    of_mean = deviation * float(np.sqrt(sum(1.0 / len(group) for group in groups))) / len(groups)
    half = float(student.ppf(0.5 + 0.5 * CONFIDENCE, freedom)) * of_mean
    return Interval(float(np.mean([np.mean(group) for group in groups])), half, deviation)

"""How an arm followed one wiggle: a transport delay, then two masses on springs that share the motion."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.response import HeldTargets, Mode
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array, frozen_array

COARSE = 0.002
TYPICAL = (0.01, 0.01, 0.3)
LEAST_LAG = 0.003
"""Between two readings 10 ms apart a stiffer arm jumps, and no fit sees when [s]."""
SHARES = (0.2, 5.0)
"""Of inertia over lag: from creeping to ringing for long."""
EARLIEST = -0.05
SPLITS = (0.05, 0.4, 0.8)
DAMPINGS = (0.5, 2.0)
"""What share of a first guess may be transport, and how damped the rest: the fit starts from each pair."""
WORTH_A_MODE = 0.7
BESIDE = ((1.5, 0.8), (0.3, 1.3))
"""Where the second mode starts, as shares of the first one's lag and of its inertia over lag."""


@dataclass(frozen=True)
class FollowingLimits:
    """What one wiggle must show to be believed."""

    travel: float = setting(0.003, description="of the hand: a wiggle shows that much [m]", minimum=1e-4)
    explained: float = setting(0.95, description="share of the motion, by the fit", minimum=0.1, maximum=1.0)
    reach: float = setting(0.4, description="longest latency looked for [s]", minimum=0.02, maximum=1.0)


@dataclass(frozen=True, eq=False)
class Wiggle:
    """One coordinate of the hand, as sent and as measured.

    axis: its name. sent_times: (n,) when each target was decided [s]. sent: (n,) [m], held until the next. times: (m,)
    [s] on the same clock. measured: (m,) [m].
    """

    axis: str
    sent_times: Array
    sent: Array
    times: Array
    measured: Array

    def __post_init__(self) -> None:
        """Freeze the arrays; refuse what is not two records."""
        for name in ("sent_times", "sent", "times", "measured"):
            object.__setattr__(self, name, frozen_array(getattr(self, name), (-1,), f"Wiggle.{name}"))
        if len(self.sent_times) != len(self.sent) or len(self.times) != len(self.measured):
            raise ValueError("a wiggle has as many times as values")


@dataclass(frozen=True)
class Following:
    """transport: until the arm answers [s]. lag: by which slow motion trails after that [s].

    explained: share of the motion's variance.
    """

    axis: str
    transport: float
    lag: float
    explained: float

    @property
    def total(self) -> float:
        """How late slow motion is [s]."""
        return self.transport + self.lag


def follow(wiggle: Wiggle, limits: FollowingLimits | None = None) -> Following:
    """Return how a wiggle was followed, or raise Refusal."""
    limits = limits or FollowingLimits()
    _check_motion(wiggle, limits)
    fit = _Fit(wiggle, limits.reach)
    guess = first_guess(wiggle, limits.reach)
    one = min((fit.adjust(start) for start in _starts(guess)), key=lambda found: found[1])
    starts = [np.append(one[0], [lag * one[0][1], inertia * one[0][2]]) for lag, inertia in BESIDE]
    two = min((fit.adjust(start) for start in starts), key=lambda found: found[1])
    # A second mode that explains little more only makes transport and lag harder to tell apart.
    values, cost = two if two[1] < WORTH_A_MODE * one[1] else one
    explained = 1.0 - cost / float(np.sum((wiggle.measured - wiggle.measured.mean()) ** 2))
    found = Following(wiggle.axis, float(values[0]), fit.lag(values), explained)
    _check(found, limits)
    return found


def first_guess(wiggle: Wiggle, reach: float) -> float:
    """Return the delay [s] at which the targets correlate best with the motion."""
    delays = np.arange(0.0, reach, COARSE)
    moved = wiggle.measured - wiggle.measured.mean()
    shifted = np.array([np.interp(wiggle.times - delay, wiggle.sent_times, wiggle.sent) for delay in delays])
    shifted -= shifted.mean(axis=1, keepdims=True)
    alike = shifted @ moved / np.maximum(np.linalg.norm(shifted, axis=1), 1e-12)
    return float(max(delays[int(alike.argmax())], COARSE))


class _Fit:
    """Least squares in transport, then each mode's lag and inertia over lag; gains and offset are solved for within."""

    def __init__(self, wiggle: Wiggle, reach: float) -> None:
        self._targets = HeldTargets(wiggle.sent_times, wiggle.sent, wiggle.times)
        self._measured, self._reach = wiggle.measured, reach

    def adjust(self, start: Array) -> tuple[Array, float]:
        """Return the nearest values that fit best, and their sum of squares [m^2]."""
        modes = len(start) // 2
        lowest = np.array([EARLIEST, *(LEAST_LAG, SHARES[0]) * modes])
        highest = np.array([self._reach, *(self._reach, SHARES[1]) * modes])
        start, scale = np.clip(start, lowest + 1e-9, highest - 1e-9), [TYPICAL[0], *TYPICAL[1:] * modes]
        fit = least_squares(lambda values: self._solve(values)[0], start, bounds=(lowest, highest), x_scale=scale)
        return fit.x, 2.0 * float(fit.cost)

    def lag(self, values: Array) -> float:
        """Return the lag [s] of slow motion: each mode's by its share."""
        gains = self._solve(values)[1][:-1]
        return float(gains @ values[1::2] / gains.sum())

    def _solve(self, values: Array) -> tuple[Array, Array]:
        """Return what is left (m,) [m], and gains and offset: gravity and friction shift an arm."""
        modes = [Mode(lag, share * lag) for lag, share in zip(values[1::2], values[2::2], strict=True)]
        answers = [self._targets.answered(mode, float(values[0])) for mode in modes]
        basis = np.column_stack((*answers, np.ones(len(self._measured))))
        scale, *_ = np.linalg.lstsq(basis, self._measured, rcond=None)
        return np.asarray(basis @ scale - self._measured), np.asarray(scale, dtype=np.float64)


def _starts(guess: float) -> list[Array]:
    lags = [(share, (1.0 - share) * guess) for share in SPLITS]
    return [np.array([share * guess, lag, 0.5 / damping]) for share, lag in lags for damping in DAMPINGS]


def _check_motion(wiggle: Wiggle, limits: FollowingLimits) -> None:
    if len(wiggle.sent) < 2 or len(wiggle.measured) < 2:
        raise Refusal(f"{len(wiggle.sent)} targets and {len(wiggle.measured)} measurements are no wiggle")
    asked, moved = float(np.ptp(wiggle.sent)), float(np.ptp(wiggle.measured))
    if asked < limits.travel or moved < limits.travel:
        raise Refusal(
            f"the hand was sent {1e3 * asked:.1f} mm along {wiggle.axis} and moved by {1e3 * moved:.1f} mm, at least "
            f"{1e3 * limits.travel:.1f} are needed: does the arm follow at all?"
        )


def _check(found: Following, limits: FollowingLimits) -> None:
    if found.explained < limits.explained:
        raise Refusal(
            f"the motion along {found.axis} is explained to {100 * found.explained:.0f} % by the targets, expected "
            f"{100 * limits.explained:.0f} %: did the arm touch something, or was it held?"
        )
    if found.total > limits.reach:
        raise Refusal(f"the latency is {limits.reach} s or more: look at the network, and at the clocks (chrony)")

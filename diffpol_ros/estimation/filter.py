"""One object over time: smoothing that knows about dt, a gate for jumps, and an honest age."""

import math
from dataclasses import dataclass
from enum import Enum

import numpy as np

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import rotation_between, slerp
from diffpol_ros.core.types import Array, Pose, Tracking


@dataclass(frozen=True)
class FilterSettings:
    """How measurements become an estimate over time."""

    time_constant: float = setting(0.03, description="Time constant of the average [s]; 0: none", minimum=0.0)
    gate_position: float = setting(0.03, description="A jump farther than this is doubted [m]", minimum=0.0)
    gate_rotation: float = setting(0.35, description="A turn larger than this is doubted [rad]", minimum=0.0)
    speed: float = setting(0.8, description="The gate opens by this with time [m/s]", minimum=0.0)
    angular_speed: float = setting(3.0, description="The gate opens by this with time [rad/s]", minimum=0.0)
    reacquire_frames: int = setting(3, description="A jump seen this often in a row is believed", minimum=1)
    stale_after: float = setting(0.4, description="Age at which an estimate is stale [s]", minimum=0.0)
    lost_after: float = setting(2.0, description="Age at which an estimate is lost [s]", minimum=0.0)
    window: float = setting(0.5, description="Images late by up to this are fused at their exposure [s]", minimum=0.0)
    restart_after: float = setting(1.0, description="Stamps older by this mean that time was set back [s]", minimum=0.0)

    def __post_init__(self) -> None:
        """Check the order of the ages."""
        if self.lost_after < self.stale_after:
            raise ValueError(f"lost_after {self.lost_after} s is shorter than stale_after {self.stale_after} s")


class Verdict(Enum):
    """What the filter did with a measurement."""

    ACCEPTED = "accepted"
    REACQUIRED = "reacquired"
    RESTARTED = "time_set_back"
    JUMP = "jump"
    OUT_OF_ORDER = "out_of_order"

    @property
    def accepted(self) -> bool:
        """Return whether the estimate now rests on it."""
        return self not in (Verdict.JUMP, Verdict.OUT_OF_ORDER)


@dataclass(frozen=True, eq=False)
class FilterState:
    """A pose and covariance (6, 6) at an exposure `stamp_ns`."""

    stamp_ns: int
    pose: Pose
    covariance: Array


class ObjectFilter:
    """Exponential moving average on position and SO(3), fed with measurements at their exposure times."""

    def __init__(self, settings: FilterSettings) -> None:
        """Start knowing nothing."""
        self.settings = settings
        self.state: FilterState | None = None
        self._before: FilterState | None = None
        self._doubted: list[FilterState] = []

    def reset(self) -> None:
        """Forget everything."""
        self.state = self._before = None
        self._doubted = []

    def update(self, pose: Pose, covariance: Array, stamp_ns: int) -> Verdict:
        """Take one measurement; one of the same stamp as the last replaces it."""
        measured = FilterState(stamp_ns, pose, covariance)
        if self.state is None:
            return self._restart(measured, Verdict.ACCEPTED)
        late_s = to_seconds(self.state.stamp_ns - stamp_ns)
        if late_s > self.settings.restart_after:
            return self._restart(measured, Verdict.RESTARTED)
        if late_s > 0.0:
            return Verdict.OUT_OF_ORDER
        if -late_s > self.settings.lost_after:
            return self._restart(measured, Verdict.REACQUIRED)
        return self._follow(self._before if late_s == 0.0 else self.state, measured)

    def tracking(self, now_ns: int) -> Tracking:
        """Return how far the estimate can be trusted at `now_ns`."""
        if self.state is None:
            return Tracking.LOST
        age_s = abs(to_seconds(now_ns - self.state.stamp_ns))
        if age_s <= self.settings.stale_after:
            return Tracking.TRACKING
        return Tracking.STALE if age_s <= self.settings.lost_after else Tracking.LOST

    def _follow(self, before: FilterState | None, measured: FilterState) -> Verdict:
        if before is None:
            return self._restart(measured, Verdict.ACCEPTED)
        if self._near(before, measured):
            self._doubted = []
            self._before, self.state = before, self._smooth(before, measured)
            return Verdict.ACCEPTED
        return self._doubt(measured)

    def _doubt(self, measured: FilterState) -> Verdict:
        earlier = [doubted for doubted in self._doubted if doubted.stamp_ns < measured.stamp_ns]
        agrees = earlier and self._near(earlier[-1], measured)
        self._doubted = [*earlier, measured] if agrees else [measured]
        if len(self._doubted) < self.settings.reacquire_frames:
            return Verdict.JUMP
        return self._restart(measured, Verdict.REACQUIRED)

    def _restart(self, measured: FilterState, verdict: Verdict) -> Verdict:
        self.state, self._before, self._doubted = measured, None, []
        return verdict

    def _near(self, before: FilterState, measured: FilterState) -> bool:
        passed_s = to_seconds(measured.stamp_ns - before.stamp_ns)
        shift = float(np.linalg.norm(measured.pose.position - before.pose.position))
        turn = float(np.linalg.norm(rotation_between(before.pose.quaternion, measured.pose.quaternion)))
        near = shift <= self.settings.gate_position + self.settings.speed * passed_s
        return near and turn <= self.settings.gate_rotation + self.settings.angular_speed * passed_s

    def _smooth(self, before: FilterState, measured: FilterState) -> FilterState:
        weight = self._weight(to_seconds(measured.stamp_ns - before.stamp_ns))
        position = before.pose.position + weight * (measured.pose.position - before.pose.position)
        quaternion = slerp(before.pose.quaternion, measured.pose.quaternion, weight)
        covariance = (1.0 - weight) ** 2 * before.covariance + weight**2 * measured.covariance
        return FilterState(measured.stamp_ns, Pose(position, quaternion), covariance)

    def _weight(self, passed_s: float) -> float:
        if self.settings.time_constant == 0.0:
            return 1.0
        return 1.0 - math.exp(-passed_s / self.settings.time_constant)

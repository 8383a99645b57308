"""Where, and along which path, joints come to rest when they brake now as hard as they may: in closed form."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import JointLimits
from diffpol_ros.core.types import Array

LONGEST_DETOUR = 0.085
"""The lesser of the two ways of a joint that turns, at most."""


@dataclass(frozen=True, eq=False)
class Motion:
    """Positions (7,) [rad], velocities [rad/s] and accelerations [rad/s^2] of the target at one instant."""

    positions: Array
    velocities: list[float]
    accelerations: list[float]


@dataclass(frozen=True, eq=False)
class StoppingPath:
    """Three phases of constant jerk for each joint, after which it stands.

    times: (4, 7) [s] when the phases begin, and when the last ends. positions [rad], velocities [rad/s] and
    accelerations [rad/s^2]: (4, 7) at these times. jerks: (3, 7) [rad/s^3].
    """

    times: Array
    positions: Array
    velocities: Array
    accelerations: Array
    jerks: Array

    @property
    def duration(self) -> float:
        """How long the slowest joint takes [s]."""
        return float(self.times[3].max())

    def sample(self, count: int) -> Array:
        """Return positions (count, 7) [rad] evenly in time; the first one step from now, the last at rest."""
        return self.at(self.duration * np.arange(1, count + 1) / count)

    def at(self, instants: Array) -> Array:
        """Return positions (n, 7) [rad] at `instants` (n,) [s] from now."""
        positions = np.tile(self.positions[0], (len(instants), 1))
        for phase, begun in enumerate(self.times[:3]):
            time = np.minimum(instants[:, None], self.times[phase + 1]) - begun
            bend = self.accelerations[phase] / 2.0 + self.jerks[phase] * time / 6.0
            moved = self.positions[phase] + time * (self.velocities[phase] + time * bend)
            positions = np.where(time > 0.0, moved, positions)
        return positions


@dataclass(frozen=True)
class MotionLimits:
    """What joints may do: velocities [rad/s], accelerations [rad/s^2] and jerks [rad/s^3], 7 each."""

    velocities: list[float]
    accelerations: list[float]
    jerks: list[float]


def motion_limits(limits: JointLimits, settings: FollowerSettings) -> MotionLimits:
    """Return the settings' shares of `limits`."""
    velocities = [settings.velocity_scale * limit for limit in limits.velocity]
    jerks = [settings.jerk_scale * limit for limit in limits.jerk]
    return MotionLimits(velocities, [settings.acceleration_scale * limit for limit in limits.acceleration], jerks)


def within_braking_time(limits: JointLimits, settings: FollowerSettings) -> JointLimits:
    """Return `limits` with velocities from which each joint stands within `braking_time`, the shares of it allowed."""
    if not settings.braking_time:
        return limits
    whole = motion_limits(limits, settings)
    slow = [
        min(velocity, fastest_within(settings.braking_time, acceleration, jerk) / settings.velocity_scale)
        for velocity, acceleration, jerk in zip(limits.velocity, whole.accelerations, whole.jerks, strict=True)
    ]
    return replace(limits, velocity=tuple(slow))


def fastest_within(time: float, acceleration: float, jerk: float) -> float:
    """Return the velocity from which a joint comes to rest in `time` [s], and no sooner, as hard as it may."""
    # The acceleration rises, stays and falls; in a short time it never gets to its limit.
    rise = min(acceleration / jerk, time / 2.0)
    return jerk * rise * (time - rise)


def detours(limits: MotionLimits) -> Array:
    """Return (7,) how far a braking joint may leave the way between where it is and where it will stand [rad].

    It does where its acceleration turns it before it stands. With x of the acceleration left as it turns, it came from
    (1 - x)^2 (1 + 2 x) / 6 of the cubed acceleration over the squared jerk, and goes on for 0.687 x^3.
    """
    return LONGEST_DETOUR * np.array(limits.accelerations) ** 3 / np.array(limits.jerks) ** 2


class Braking:
    """Every joint by itself, as soon as the settings' shares of acceleration and jerk let it stand."""

    def __init__(self, limits: JointLimits, settings: FollowerSettings) -> None:
        """Brake as `JointLimiter.brake` does."""
        self._limits = motion_limits(limits, settings)

    def rest(self, motion: Motion) -> Array:
        """Return where the joints would stand (7,) [rad]."""
        return motion.positions + [stopping_distance(*state) for state in self._states(motion)]

    def path(self, motion: Motion) -> StoppingPath:
        """Return the whole way from `motion` to rest."""
        phases = np.array([stopping_phases(*state) for state in self._states(motion)]).T
        return _walk(motion, phases[:3], phases[3] * np.array([[-1.0], [0.0], [1.0]]))

    def _states(self, motion: Motion) -> Iterator[tuple[float, float, float, float]]:
        limits = self._limits
        return zip(motion.velocities, motion.accelerations, limits.accelerations, limits.jerks, strict=True)


def stopping_phases(
    velocity: float, acceleration: float, greatest: float, jerk: float
) -> tuple[float, float, float, float]:
    """Return how long the phases take [s] and the jerk [rad/s^3] that the first has against it, the last for it.

    `greatest` is the acceleration's limit [rad/s^2], `jerk` the jerk's.
    """
    # The velocity that is left once the present acceleration is wound down decides which way to push.
    if velocity + acceleration * abs(acceleration) / (2.0 * jerk) < 0.0:
        velocity, acceleration, sign = -velocity, -acceleration, -1.0
    else:
        sign = 1.0
    square = max(jerk * velocity + 0.5 * acceleration * acceleration, 0.0)
    peak = min(math.sqrt(square), greatest)
    hold = max(square - peak * peak, 0.0) / (jerk * greatest)
    return max(acceleration + peak, 0.0) / jerk, hold, peak / jerk, sign * jerk


def stopping_distance(velocity: float, acceleration: float, greatest: float, jerk: float) -> float:
    """Return how far a joint moves until it stands [rad]; arguments as for `stopping_phases`."""
    first, hold, last, push = stopping_phases(velocity, acceleration, greatest, jerk)
    distance = first * (velocity + first * (acceleration / 2.0 - push * first / 6.0))
    velocity += first * (acceleration - push * first / 2.0)
    acceleration -= push * first
    distance += hold * (velocity + hold * acceleration / 2.0)
    # Time runs both ways: the last phase is a start from rest.
    return distance + push * last**3 / 6.0


def _walk(motion: Motion, durations: Array, jerks: Array) -> StoppingPath:
    times, positions, velocities, accelerations = np.zeros((4, 4, durations.shape[1]))
    positions[0], velocities[0], accelerations[0] = motion.positions, motion.velocities, motion.accelerations
    for phase, (time, jerk) in enumerate(zip(durations, jerks, strict=True)):
        acceleration, velocity = accelerations[phase], velocities[phase]
        times[phase + 1] = times[phase] + time
        positions[phase + 1] = positions[phase] + time * (velocity + time * (acceleration / 2.0 + jerk * time / 6.0))
        velocities[phase + 1] = velocity + time * (acceleration + jerk * time / 2.0)
        accelerations[phase + 1] = acceleration + jerk * time
    return StoppingPath(times, positions, velocities, accelerations, jerks)

"""Whether joints in motion can still stop before the ends of their ranges, and are slow enough on the way there."""

import math
from typing import NamedTuple

from diffpol_ros.control.braking import Motion, MotionLimits, stopping_phases
from diffpol_ros.core.robot_description import JointLimits

ROUNDING = 1e-9


class End(NamedTuple):
    """One end of a joint's range, seen as the upper one.

    position: of the end [rad]. scale, reference [rad], offset [rad/s], deceleration [rad/s^2]: of what velocity is left
    near it, as in `EndVelocities`. greatest, jerk: of the joint's acceleration [rad/s^2], [rad/s^3].
    """

    position: float
    scale: float
    reference: float
    offset: float
    deceleration: float
    greatest: float
    jerk: float

    def overrun(self, position: float, velocity: float, acceleration: float, before: float) -> bool:
        """Return whether a joint that brakes now passes the end, or comes too fast to it.

        `before`: where it would have stood by a motion that was allowed [rad]; it may go back to the range from beyond.
        """
        if self._is_far(position, velocity, acceleration):
            return False
        if self._reach(*self._peak(position, velocity, max(acceleration, 0.0))) > self.reference:
            return True
        first, hold, last, push = stopping_phases(velocity, acceleration, self.greatest, self.jerk)
        position += first * (velocity + first * (acceleration / 2.0 - push * first / 6.0))
        velocity += first * (acceleration - push * first / 2.0)
        slowing = push * first - acceleration
        if self._reach(position, velocity) > self.reference or self._fastest(position, velocity, slowing, hold):
            return True
        position += hold * (velocity - hold * slowing / 2.0)
        rest = position + push * last**3 / 6.0
        return rest > max(self.position, before) + ROUNDING

    def _is_far(self, position: float, velocity: float, acceleration: float) -> bool:
        """Return whether even a careless estimate leaves room enough."""
        if velocity <= 0.0 and acceleration <= 0.0:
            return position < self.position
        # Until the acceleration is reversed the joint still gains velocity.
        delay = (abs(acceleration) + self.greatest) / self.jerk
        speed = max(velocity, 0.0) + abs(acceleration) * delay
        rest = position + speed * delay + speed * speed / (2.0 * self.greatest)
        return rest < self.position and self._reach(rest, speed) < self.reference

    def _peak(self, position: float, velocity: float, acceleration: float) -> tuple[float, float]:
        """Return position and velocity where a velocity that still grows is greatest."""
        time = acceleration / self.jerk
        return position + time * (velocity + time * acceleration / 3.0), velocity + 0.5 * time * acceleration

    def _reach(self, position: float, velocity: float) -> float:
        """Return the reference that would just allow `velocity` at `position`."""
        if velocity <= ROUNDING:
            return -math.inf
        return position + (velocity / self.scale + self.offset) ** 2 / (2.0 * self.deceleration)

    def _fastest(self, position: float, velocity: float, slowing: float, hold: float) -> bool:
        """Return whether the joint is too fast while it slows down evenly for `hold` [s]: a parabola has one top."""
        allowed = self.scale**2 * self.deceleration
        if hold <= 0.0 or allowed <= slowing:
            return False
        top = self.scale * self.offset * slowing / (allowed - slowing)
        time = min(max((velocity - top) / slowing, 0.0), hold)
        then = velocity - time * slowing
        return self._reach(position + 0.5 * time * (velocity + then), then) > self.reference


class StoppingRoom:
    """The ends of all joints."""

    def __init__(self, limits: JointLimits, motion: MotionLimits, scale: float) -> None:
        """Keep within `limits`, braking as `motion` allows, at `scale` of the velocities near the ends."""
        ends, count = limits.end_velocities, len(limits.lower)
        offset = ends.offset if ends else (0.0,) * count
        deceleration = ends.deceleration if ends else (1.0,) * count
        shared = list(zip(offset, deceleration, motion.accelerations, motion.jerks, strict=True))
        uppers = zip(limits.upper, ends.upper if ends else (math.inf,) * count, shared, strict=True)
        lowers = zip(limits.lower, ends.lower if ends else (-math.inf,) * count, shared, strict=True)
        self._uppers = [End(position, scale, reference, *rest) for position, reference, rest in uppers]
        self._lowers = [End(-position, scale, -reference, *rest) for position, reference, rest in lowers]

    def overrun(self, motion: Motion, before: list[float]) -> list[int]:
        """Return which joints could not stop in time from `motion`; `before`: 7 x [rad], where they could so far."""
        states = zip(motion.positions.tolist(), motion.velocities, motion.accelerations, before, strict=True)
        return [
            joint
            for joint, (position, velocity, acceleration, rest) in enumerate(states)
            if self._uppers[joint].overrun(position, velocity, acceleration, rest)
            or self._lowers[joint].overrun(-position, -velocity, -acceleration, -rest)
        ]

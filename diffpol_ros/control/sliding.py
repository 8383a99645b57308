"""Motion along what is in the way: the part that leads into it is taken out, gently and in time."""

import math

import numpy as np

from diffpol_ros.control.differential_ik import JointStep
from diffpol_ros.control.guards.clearance import Contact
from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.control.room import Room
from diffpol_ros.core.robot_description import JOINTS
from diffpol_ros.core.types import Array

GAIN = 8.0
"""What share of itself room may lose in a second [1/s]: slow enough for the limiter to follow without overshoot."""
DECELERATION = 2.0
"""What an approach counts on [m/s^2]."""
SOFTNESS = 1e-3
"""What a joint's velocity costs against the tool's [m^2]: what is free of the task gives way first."""
ROUNDS = 4
SHARE = 0.5
"""What of the greatest speed that any point could have the fastest has in general."""


class Sliding:
    """Bounds the velocities at which an arm approaches what its guards watch."""

    def __init__(self, room: Room, kinematics: Kinematics, velocity: Array) -> None:
        """Ask the guards of `room` about its body, whose joints reach `velocity` (7,) [rad/s]."""
        self._body, self._guards = room.body, room.guards
        self._kinematics, self._velocity = kinematics, velocity

    def step(self, positions: Array, step: JointStep, duration: float) -> tuple[JointStep, str]:
        """Return `step`, taken from `positions` (7,) [rad], as far as there is room, and the name of what is short."""
        within = slowing_distance(SHARE * (self._body.reach @ np.abs(step.velocities)))
        placement = self._body.at(positions[None])
        contacts = [contact for guard in self._guards for contact in guard.contacts(placement, float(within))]
        pressed = [each for each in contacts if each.rate @ step.velocities < -_allowed(each.clearance)]
        if not pressed:
            return step, ""
        jacobian = self._kinematics.forward_and_jacobian(positions)[1]
        velocities = self._slide(step.velocities, contacts, jacobian)
        return JointStep(positions + velocities * duration, velocities, jacobian @ velocities), pressed[0].name

    def _slide(self, velocities: Array, contacts: list[Contact], jacobian: Array) -> Array:
        """Return velocities that approach no contact too fast and spare the tool's own motion as far as they can."""
        give = np.linalg.inv(jacobian.T @ jacobian + SOFTNESS * np.eye(JOINTS))
        for _ in range(ROUNDS):
            for contact in contacts:
                missing = -_allowed(contact.clearance) - float(contact.rate @ velocities)
                if missing > 0.0:
                    way = give @ contact.rate
                    velocities = velocities + way * (missing / max(float(contact.rate @ way), 1e-9))
        excess = float((np.abs(velocities) / self._velocity).max())
        return velocities / max(excess, 1.0)


def slowing_distance(speed: Array) -> Array:
    """Return at what room [m] an approach at `speed` [m/s] is slowed."""
    return np.maximum(speed / GAIN, speed * speed / (2.0 * DECELERATION))


def _allowed(clearance: float) -> float:
    """Return how fast `clearance` [m] may shrink [m/s]."""
    room = max(clearance, 0.0)
    return min(GAIN * room, math.sqrt(2.0 * DECELERATION * room))

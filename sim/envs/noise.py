"""What the cameras make of an object's true pose: noise, bias, delay, drop-outs and occlusion by the hand."""

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.clock import NANOSECONDS, to_ns
from diffpol_ros.core.spatial import multiply_quaternions, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array, ObjectEstimate, Pose


@dataclass(frozen=True)
class ObservationNoise:
    """How an estimate differs from the truth; the defaults are what AprilTags of 48 mm give at 0.7 m."""

    position_noise: float = 0.001
    """Standard deviation of each measurement, per axis [m]."""
    rotation_noise: float = math.radians(0.5)
    """Standard deviation of each measurement, per axis [rad]."""
    position_bias: float = 0.0015
    """Standard deviation of the offset that lasts a whole episode, per axis [m]."""
    rotation_bias: float = math.radians(0.3)
    """Standard deviation of the rotation that lasts a whole episode, per axis [rad]."""
    camera_rate: float = 12.0
    """Exposures a second [Hz]."""
    episode_delay: float = 0.2
    """Greatest delay from exposure to estimate that is drawn for an episode [s]."""
    jitter: float = 0.05
    """Greatest delay added to that, drawn for each exposure [s]."""
    dropout: float = 0.1
    """Probability that an exposure gives no estimate; the last one is then kept."""
    occlusion: float = 0.4
    """Probability that an episode is one in which the hand hides the object."""
    occlusion_distance: float = 0.1
    """How near the tool centre point must be to hide it [m]."""


class PoseSensor:
    """One object seen through `ObservationNoise`; asked at every control tick, in simulated time."""

    def __init__(self, name: str, noise: ObservationNoise) -> None:
        """Observe the object called `name`."""
        self._name = name
        self._noise = noise

    def reset(self, random: np.random.Generator, stamp_ns: int, truth: Pose) -> None:
        """Begin an episode in which everything has run for a while: the first estimate is there."""
        noise = self._noise
        self._random = random
        self._bias = noise.position_bias * random.standard_normal(3)
        self._rotation_bias = noise.rotation_bias * random.standard_normal(3)
        self._delay = noise.episode_delay * random.random()
        self._occluded = bool(random.random() < noise.occlusion)
        self._period_ns = round(NANOSECONDS / noise.camera_rate)
        self._next_exposure_ns = stamp_ns + int(random.integers(self._period_ns))
        self._pending: deque[tuple[int, ObjectEstimate]] = deque()
        self._newest = self._measure(stamp_ns, truth)

    def observe(self, stamp_ns: int, truth: Pose, tool: Array) -> None:
        """Let the present instant pass: expose when it is time; `tool` is the tool centre point (3,) [m]."""
        if stamp_ns < self._next_exposure_ns:
            return
        self._next_exposure_ns += self._period_ns
        distance = float(np.linalg.norm(truth.position - tool))
        hidden = self._occluded and distance < self._noise.occlusion_distance
        delay = self._delay + self._noise.jitter * self._random.random()
        if self._random.random() >= self._noise.dropout and not hidden:
            self._pending.append((stamp_ns + to_ns(delay), self._measure(stamp_ns, truth)))

    def newest(self, now_ns: int) -> ObjectEstimate:
        """Return the newest estimate that has arrived by `now_ns`."""
        while self._pending and self._pending[0][0] <= now_ns:
            self._newest = self._pending.popleft()[1]
        return self._newest

    def _measure(self, stamp_ns: int, truth: Pose) -> ObjectEstimate:
        noise, random = self._noise, self._random
        position = truth.position + self._bias + noise.position_noise * random.standard_normal(3)
        rotation = self._rotation_bias + noise.rotation_noise * random.standard_normal(3)
        quaternion = multiply_quaternions(quaternion_from_rotation_vector(rotation), truth.quaternion)
        spread = [noise.position_noise] * 3 + [noise.rotation_noise] * 3
        return ObjectEstimate(self._name, stamp_ns, Pose(position, quaternion), np.diag(np.square(spread)))


def exact_estimate(name: str, stamp_ns: int, truth: Pose) -> ObjectEstimate:
    """Return the truth as an estimate without error or age."""
    return ObjectEstimate(name, stamp_ns, truth, np.zeros((6, 6)))

"""What the cameras make of an object's true pose: noise, drift, bias, flips, delay, drop-outs, occlusion."""

import warnings
from collections import deque
from dataclasses import replace

import numpy as np

from diffpol_ros.core.clock import NANOSECONDS, to_ns
from diffpol_ros.core.spatial import multiply_quaternions, quaternion_from_rotation_vector
from diffpol_ros.core.types import Array, ObjectEstimate, Pose
from diffpol_ros.estimation.noise.model import Delay, NoiseModel, Occlusion, load_noise

DEFAULT = "default"
AT_ONCE, NEVER = Delay(0.0, 0.0, 0.0), Occlusion(0.0, 0.0)


class PoseSensor:
    """One object seen through a `NoiseModel`; asked at every control tick, in simulated time."""

    def __init__(self, name: str, model: NoiseModel) -> None:
        """Observe the object called `name`; a delay or an occlusion that the model lacks does not happen."""
        self._name, self._model = name, model
        self._noise = noise = model.of(name)
        self._delays, self._occlusion = noise.delay or AT_ONCE, noise.occlusion or NEVER
        self._white, self._drifts, self._biases = (
            np.array([getattr(axis, part) for axis in noise.axes]) for part in ("white", "drift", "bias")
        )
        self._drift_times = np.array([axis.drift_time for axis in noise.axes])
        self._everywhere = not any(axis.distance_power for axis in noise.axes)
        self._warned = False

    def reset(self, random: np.random.Generator, stamp_ns: int, truth: Pose) -> None:
        """Begin an episode in which everything has run for a while: the first estimate is there."""
        self._random = random
        self._bias = self._biases * np.concatenate([random.standard_normal(3), random.standard_normal(3)])
        delays = self._delays
        self._delay = delays.least + (delays.most - delays.least) * random.random()
        self._occluded = bool(random.random() < self._occlusion.probability)
        self._period_ns = round(NANOSECONDS / self._noise.rate)
        self._next_exposure_ns = stamp_ns + int(random.integers(self._period_ns))
        self._pending: deque[tuple[int, ObjectEstimate]] = deque()
        self._lost = False
        self._drift = self._drifts * random.standard_normal(6) if self._drifts.any() else np.zeros(6)
        self._drifted_ns = stamp_ns
        self._newest = self._measure(stamp_ns, truth)

    def observe(self, stamp_ns: int, truth: Pose, tool: Array) -> None:
        """Let the present instant pass: expose when it is time; `tool` is the tool centre point (3,) [m]."""
        if stamp_ns < self._next_exposure_ns:
            return
        self._next_exposure_ns += self._period_ns
        distance = float(np.linalg.norm(truth.position - tool))
        hidden = self._occluded and distance < self._occlusion.distance
        delay = self._delay + self._delays.jitter * self._random.random()
        self._lost = self._loses()
        if not self._lost and not hidden:
            self._pending.append((stamp_ns + to_ns(delay), self._measure(stamp_ns, truth)))

    def newest(self, now_ns: int) -> ObjectEstimate:
        """Return the newest estimate that has arrived by `now_ns`."""
        while self._pending and self._pending[0][0] <= now_ns:
            self._newest = self._pending.popleft()[1]
        return self._newest

    def _loses(self) -> bool:
        dropouts = self._noise.dropouts
        return bool(self._random.random() < (dropouts.after_loss if self._lost else dropouts.after_frame))

    def _measure(self, stamp_ns: int, truth: Pose) -> ObjectEstimate:
        random, scales = self._random, self._scales(truth.position)
        systematic, white = self._bias * scales, self._white * scales
        if self._drifts.any():
            systematic += self._wander(stamp_ns) * scales
        position = truth.position + systematic[:3] + white[:3] * random.standard_normal(3)
        rotation = systematic[3:] + white[3:] * random.standard_normal(3)
        quaternion = self._flip(multiply_quaternions(quaternion_from_rotation_vector(rotation), truth.quaternion))
        spread = np.hypot(self._white, self._drifts) * scales
        return ObjectEstimate(self._name, stamp_ns, Pose(position, quaternion), np.diag(np.square(spread)))

    def _wander(self, stamp_ns: int) -> Array:
        """Return the drift (6,) at `stamp_ns`: an Ornstein-Uhlenbeck process."""
        fading = np.exp(-(stamp_ns - self._drifted_ns) / NANOSECONDS / self._drift_times)
        fresh = self._drifts * np.sqrt(1.0 - fading**2) * self._random.standard_normal(6)
        self._drift, self._drifted_ns = fading * self._drift + fresh, stamp_ns
        return self._drift

    def _flip(self, quaternion: Array) -> Array:
        flips, random = self._noise.flips, self._random
        if not flips.probability or random.random() >= flips.probability:
            return quaternion
        axis = random.standard_normal(3)
        turn = quaternion_from_rotation_vector(flips.angle * axis / np.linalg.norm(axis))
        return multiply_quaternions(turn, quaternion)

    def _scales(self, position: Array) -> Array:
        """Return (6,) how much larger the noise is where the object is."""
        if self._everywhere:
            return np.ones(6)
        distance = self._model.distance_to(position)
        complaint = "" if self._warned else self._noise.complaint(distance)
        if complaint:
            self._warned = True
            warnings.warn(f"noise of {self._name} from {self._model.source}: extrapolated, {complaint}", stacklevel=2)
        return self._noise.scales(distance)


def load_complete(name: str) -> NoiseModel:
    """Return the noise model `name`; what a recording at rest cannot show, and it lacks, is that of the default."""
    model, default = load_noise(name), load_noise(DEFAULT).objects[0]
    objects = tuple(
        replace(entry, delay=entry.delay or default.delay, occlusion=entry.occlusion or default.occlusion)
        for entry in model.objects
    )
    return replace(model, objects=objects)


def exact_estimate(name: str, stamp_ns: int, truth: Pose) -> ObjectEstimate:
    """Return the truth as an estimate without error or age."""
    return ObjectEstimate(name, stamp_ns, truth, np.zeros((6, 6)))

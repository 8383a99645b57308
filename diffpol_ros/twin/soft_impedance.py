"""The project's controllers as they run on the robot, in numpy: the impedance law made safe to switch on."""

import math

import numpy as np

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.types import Array
from diffpol_ros.twin.impedance import ImpedanceGains, ImpedanceLaw

# Share of the stiffness that a controller begins with.
FIRST_STIFFNESS = 0.1
# However far apart two ticks are, the stiffness grows as in one of at most this [s].
LONGEST_TICK = 0.005


class SoftImpedance:
    """An impedance law whose stiffness changes slowly, whose torques are limited, and which only damps when blind.

    The stiffness is a share of the gains' that moves towards `stiffness_scale` by at most `duration` / `soft_start` in
    each tick; the damping is full from the first tick on. sim/controllers/impedance.py is the same in TorchScript.
    """

    def __init__(self, target: Array, gains: ImpedanceGains, torque_limits: Array, soft_start: float) -> None:
        """Hold `target` (7,) [rad] with at most `torque_limits` (7,) [Nm], after `soft_start` [s] at full stiffness."""
        self.law = ImpedanceLaw(target, gains)
        self.torque_limits = torque_limits
        self.soft_start = soft_start
        self.stiffness_scale = 1.0
        self.stiffness = FIRST_STIFFNESS
        self._stamp_ns: int | None = None

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        """Return the torques (7,) [Nm]; see `Law`."""
        self._ramp(stamp_ns)
        torques = self.law.torques_at(self.stiffness, positions, velocities, jacobian)
        if not math.isfinite(torques @ torques):
            blind = np.where(np.isfinite(velocities), velocities, 0.0)
            torques = -self.law.gains.joint_damping * blind
        return np.minimum(np.maximum(torques, -self.torque_limits), self.torque_limits)

    def _ramp(self, stamp_ns: int) -> None:
        passed = to_seconds(stamp_ns - self._stamp_ns) if self._stamp_ns is not None else 0.0
        self._stamp_ns = stamp_ns
        step = min(max(passed, 0.0), LONGEST_TICK) / self.soft_start
        self.stiffness += min(max(self.stiffness_scale - self.stiffness, -step), step)

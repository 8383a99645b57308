"""The project's controllers as they run on the robot, in numpy: the impedance law made safe to switch on."""

import math

import numpy as np

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.robot_description import JOINTS
from diffpol_ros.core.types import Array
from diffpol_ros.robots.polymetis.stored_controllers import (
    FIRST_STIFFNESS,
    LONGEST_TICK,
    OLDEST_UPDATE,
    SECONDS_WRAP,
    split_stamp,
)
from diffpol_ros.twin.impedance import ImpedanceGains, ImpedanceLaw


class SoftImpedance:
    """An impedance law whose stiffness changes slowly, whose torques are limited, and which only damps when blind.

    sim/controllers/impedance.py is the same in TorchScript, and says more.
    """

    def __init__(
        self,
        target: Array,
        gains: ImpedanceGains,
        torque_limits: Array,
        soft_start: float = 0.5,
        stiffness_scale: float = 1.0,
    ) -> None:
        """Hold `target` (7,) [rad] with at most `torque_limits` (7,) [Nm], after `soft_start` [s] at full stiffness."""
        if torque_limits.shape != (JOINTS,) or not (np.isfinite(torque_limits).all() and (torque_limits > 0.0).all()):
            raise ValueError(f"torque_limits is {torque_limits.tolist()}, expected {JOINTS} numbers above 0")
        if not (math.isfinite(soft_start) and soft_start > 0.0):
            raise ValueError(f"soft_start is {soft_start} s, expected more than 0")
        self._law = ImpedanceLaw(target, gains)
        self.torque_limits, self.soft_start = torque_limits, soft_start
        self._stiffness_scale = _share(stiffness_scale)
        self.reset()

    @property
    def target(self) -> Array:
        """Return the joint positions (7,) [rad] it pulls towards."""
        return self._law.target

    @property
    def gains(self) -> ImpedanceGains:
        """Return the gains at full stiffness."""
        return self._law.gains

    @property
    def stiffness(self) -> float:
        """Return the present share of the stiffness."""
        return self._stiffness

    def reset(self) -> None:
        """Begin softly again."""
        self._stiffness = FIRST_STIFFNESS
        self._stamp_ns: int | None = None

    def set_target(self, target: Array, stiffness_scale: float | None = None) -> None:
        """Pull towards `target` (7,) [rad], and let the stiffness move to `stiffness_scale` of its full value."""
        if stiffness_scale is not None:
            self._stiffness_scale = _share(stiffness_scale)
        self._law.set_target(target)

    def is_late(self, decided_at: Array) -> bool:
        """Return whether an update that was decided then, as `split_stamp` tells it, took too long on its way."""
        if self._stamp_ns is None or decided_at[0] < 0.0:
            return False
        seconds, rest = split_stamp(self._stamp_ns)
        whole = seconds - decided_at[0]
        if whole < -0.5 * SECONDS_WRAP:
            whole += SECONDS_WRAP
        return bool(whole + rest - decided_at[1] > OLDEST_UPDATE)

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        """Return the torques (7,) [Nm]; see `Law`."""
        self._ramp(stamp_ns)
        if np.isfinite(positions).all() and np.isfinite(velocities).all():
            torques = self._law.torques_at(self._stiffness, positions, velocities, jacobian)
        else:
            torques = -self.gains.joint_damping * np.where(np.isfinite(velocities), velocities, 0.0)
        return np.minimum(np.maximum(torques, -self.torque_limits), self.torque_limits)

    def _ramp(self, stamp_ns: int) -> None:
        passed = to_seconds(stamp_ns - self._stamp_ns) if self._stamp_ns is not None else 0.0
        self._stamp_ns = stamp_ns
        step = min(max(passed, 0.0), LONGEST_TICK) / self.soft_start
        self._stiffness += min(max(self._stiffness_scale - self._stiffness, -step), step)


def _share(scale: float) -> float:
    if not 0.0 <= scale <= 1.0:
        raise ValueError(f"stiffness_scale is {scale}, expected 0 to 1")
    return scale

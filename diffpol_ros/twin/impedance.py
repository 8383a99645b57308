"""The joint impedance law of the project's controllers, in numpy."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.types import Array, frozen_array


@dataclass(frozen=True, eq=False)
class ImpedanceGains:
    """Stiffness and damping in joint and in Cartesian space.

    joint_stiffness: (7,) [Nm/rad]. joint_damping: (7,) [Nms/rad]. cartesian_stiffness: (6,) [N/m] x3, [Nm/rad] x3.
    cartesian_damping: (6,) [Ns/m] x3, [Nms/rad] x3.
    """

    joint_stiffness: Array
    joint_damping: Array
    cartesian_stiffness: Array
    cartesian_damping: Array

    def __post_init__(self) -> None:
        """Freeze the arrays; a gain that is negative or not finite is refused."""
        for name, size in (
            ("joint_stiffness", 7),
            ("joint_damping", 7),
            ("cartesian_stiffness", 6),
            ("cartesian_damping", 6),
        ):
            gains = frozen_array(getattr(self, name), (size,), f"ImpedanceGains.{name}")
            if not (np.isfinite(gains).all() and (gains >= 0.0).all()):
                raise ValueError(f"ImpedanceGains.{name} is {gains.tolist()}, expected finite numbers of 0 or more")
            object.__setattr__(self, name, gains)


FRANKA_GAINS = ImpedanceGains(
    joint_stiffness=np.array([40.0, 30.0, 50.0, 25.0, 35.0, 25.0, 10.0]),
    joint_damping=np.array([4.0, 6.0, 5.0, 5.0, 3.0, 2.0, 1.0]),
    cartesian_stiffness=np.array([750.0, 750.0, 750.0, 15.0, 15.0, 15.0]),
    cartesian_damping=np.array([37.0, 37.0, 37.0, 2.0, 2.0, 2.0]),
)


class ImpedanceLaw:
    """tau = (J^T Kx J + Kq)(q_d - q) - (J^T Kxd J + Kqd) qdot, without Coriolis and gravity."""

    def __init__(self, target: Array, gains: ImpedanceGains = FRANKA_GAINS) -> None:
        """Hold `target` (7,) [rad]."""
        self.gains = gains
        self._target = frozen_array(target, (7,), "ImpedanceLaw.target")

    @property
    def target(self) -> Array:
        """Return the joint positions (7,) [rad] it pulls towards."""
        return self._target

    def set_target(self, target: Array) -> None:
        """Pull towards `target` (7,) [rad] from the next tick on."""
        self._target = frozen_array(target, (7,), "ImpedanceLaw.target")

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        """Return the torques (7,) [Nm]; see `Law`."""
        return self.torques_at(1.0, positions, velocities, jacobian)

    def torques_at(self, stiffness: float, positions: Array, velocities: Array, jacobian: Array) -> Array:
        """Return the torques (7,) [Nm] with this share of the stiffness and all of the damping."""
        gains = self.gains
        error = stiffness * (self._target - positions)
        wrench = gains.cartesian_stiffness * (jacobian @ error) - gains.cartesian_damping * (jacobian @ velocities)
        return jacobian.T @ wrench + gains.joint_stiffness * error - gains.joint_damping * velocities

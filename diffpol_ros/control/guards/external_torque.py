"""Something that pushes the arm."""

import numpy as np

from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.guards.persistence import Persistence
from diffpol_ros.core.safety_limits import TorqueLimits
from diffpol_ros.core.types import Array


class ExternalTorque:
    """Looks at the torques that the robot attributes to contacts."""

    def __init__(self, limits: TorqueLimits) -> None:
        """Allow `limits`."""
        self._lasting, self._sudden = np.array(limits.lasting), np.array(limits.sudden)
        self._persistence = Persistence(limits.persistence)

    def reset(self) -> None:
        """Begin again."""
        self._persistence.reset()

    def judge(self, now_ns: int, torques: Array) -> Finding | None:
        """Return a finding where a joint feels much at once, or less for long; `torques` (7,) [Nm]."""
        size = np.abs(torques)
        excess = size / self._lasting
        worst = int(excess.argmax())
        lasting = self._persistence.lasts(now_ns, bool(excess[worst] > 1.0))
        sudden = bool((size > self._sudden).any())
        if not (lasting or sudden):
            return None
        worst = int((size / self._sudden).argmax()) if sudden else worst
        return Finding("external_torque", f"something pushes joint {worst + 1} with {size[worst]:.1f} Nm")

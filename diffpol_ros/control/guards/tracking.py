"""An arm that is not where it was told to be."""

import numpy as np

from diffpol_ros.control.guards.finding import Finding
from diffpol_ros.control.guards.persistence import Persistence
from diffpol_ros.core.safety_limits import TrackingLimits
from diffpol_ros.core.types import Array


class Tracking:
    """Compares what was measured with what was sent last."""

    def __init__(self, limits: TrackingLimits) -> None:
        """Allow `limits`."""
        self._lasting, self._sudden = np.array(limits.lasting), np.array(limits.sudden)
        self._persistence = Persistence(limits.persistence)

    def reset(self) -> None:
        """Begin again."""
        self._persistence.reset()

    def judge(self, now_ns: int, measured: Array, told: Array) -> Finding | None:
        """Return a finding where a joint strays far at once, or less far for long; both (7,) [rad]."""
        error = np.abs(measured - told)
        excess = error / self._lasting
        worst = int(excess.argmax())
        lasting = self._persistence.lasts(now_ns, bool(excess[worst] > 1.0))
        sudden = bool((error > self._sudden).any())
        if not (lasting or sudden):
            return None
        worst = int((error / self._sudden).argmax()) if sudden else worst
        return Finding("tracking", f"joint {worst + 1} is {error[worst]:.2f} rad from its target")

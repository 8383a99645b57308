"""How long something has been so."""

from diffpol_ros.core.clock import to_ns


class Persistence:
    """Tells what lasts from a single bad sample."""

    def __init__(self, duration: float) -> None:
        """Wait for `duration` [s]."""
        self._duration_ns = to_ns(duration)
        self._since_ns: int | None = None

    def reset(self) -> None:
        """Begin again."""
        self._since_ns = None

    def lasts(self, now_ns: int, present: bool) -> bool:
        """Return whether it has been `present` in every sample for the duration that ends at `now_ns`."""
        if not present:
            self._since_ns = None
            return False
        if self._since_ns is None:
            self._since_ns = now_ns
        return now_ns - self._since_ns >= self._duration_ns

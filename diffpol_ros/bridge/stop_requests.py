"""What any thread has against a moving arm; a Stop wins against everything that was asked before it."""

import threading
from collections.abc import Callable

from diffpol_ros.control.follower import ArmingError
from diffpol_ros.control.verdict import Hold, Stop


class StopRequests:
    """Keeps the first Stop that was asked for until it is forgotten, and counts all; safe in any thread.

    A doubt is a cause to hold for as long as whoever has it says so.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self._lock = threading.Lock()
        self._pending: Stop | None = None
        self._count = 0
        self._doubt: Hold | None = None

    @property
    def pending(self) -> Stop | None:
        """What is to stop the arm, if anything."""
        return self._pending

    @property
    def count(self) -> int:
        """How many were asked for so far."""
        return self._count

    @property
    def doubt(self) -> Hold | None:
        """What is to hold the arm, if anything."""
        return self._doubt

    def hold(self, doubt: Hold | None) -> None:
        """Let the arm hold for `doubt`, or no longer."""
        self._doubt = doubt

    def ask(self, stop: Stop) -> Stop:
        """Ask for `stop`; return the one that counts."""
        with self._lock:
            self._count += 1
            self._pending = self._pending or stop
            return self._pending

    def forget(self, count: int) -> None:
        """Forget the first `count` of them; ArmingError, and none is forgotten, where more were asked for since."""
        with self._lock:
            self._require(count)
            self._pending = None

    def unless_later(self, work: Callable[[], None]) -> Callable[[], None]:
        """Return `work` as asked for now: it is refused where a Stop is asked for before its turn comes."""
        count = self._count

        def begin() -> None:
            self._require(count)
            work()

        return begin

    def _require(self, count: int) -> None:
        if self._count != count and self._pending is not None:
            raise ArmingError(f"stopped meanwhile: {self._pending.reason}; look at the arm, then ask again")

"""Reads the robot's ticks while nothing is followed, in a thread, since libfranka waits a second for a silent robot."""

import threading
from collections.abc import Callable

from diffpol_ros.core.errors import RobotError
from diffpol_ros.robots.libfranka.arm import Arm, Reading

PERIOD_S = 0.004


class IdleReader:
    """Keeps the newest tick; ends with the first error."""

    def __init__(self, arm: Arm, idle: Callable[[], bool]) -> None:
        """Begin to read `arm` whenever it is `idle`; the first tick is waited for."""
        self._arm, self._idle = arm, idle
        self._newest = arm.read()
        self._error: RobotError | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="libfranka-idle-reader", daemon=True)
        self._thread.start()

    def newest(self) -> Reading:
        """Return the newest tick, however old; raise what ended the reading."""
        if self._error is not None:
            raise self._error
        return self._newest

    def close(self, seconds: float) -> None:
        """End the thread; wait for it up to `seconds` [s]."""
        self._closed.set()
        self._thread.join(timeout=seconds)

    def _run(self) -> None:
        while not self._closed.wait(PERIOD_S):
            try:
                self._newest = self._arm.read() if self._idle() else self._newest
            except RobotError as error:
                self._error = error
                return

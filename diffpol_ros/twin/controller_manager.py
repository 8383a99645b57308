"""What Polymetis's server does between its callers and the robot: episodes, controllers, staleness, the log."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from diffpol_ros.core.clock import Clock, to_ns
from diffpol_ros.twin.controllers import Controller, HoldingController
from diffpol_ros.twin.plant import Plant, PlantState
from diffpol_ros.twin.state_log import StateLog

STALE_NS = to_ns(1.0)
LOG_TICKS = 20_000
_logger = logging.getLogger(__name__)


class Status(Enum):
    """Where the present episode stands; the names are Polymetis's."""

    UNINITIALIZED = "uninitialized"
    READY = "ready"
    RUNNING = "running"
    TERMINATING = "terminating"
    TERMINATED = "terminated"


@dataclass(frozen=True)
class Interval:
    """Numbers of the first and last tick of something; -1 where there is none."""

    start: int = -1
    end: int = -1


class ControllerManager:
    """Decides which controller drives the plant; `on_tick` runs in the plant's thread, the rest in callers'."""

    def __init__(self, plant: Plant, clock: Clock) -> None:
        """Let the default controller hold `plant`; `clock` is a steady one."""
        self.log = StateLog(LOG_TICKS)
        self._plant = plant
        self._clock = clock
        self._default = HoldingController()
        self._controller: Controller | None = None
        self._status = Status.UNINITIALIZED
        self._episode = Interval()
        self._changed = threading.Condition()
        self._last_tick_ns: int | None = None
        plant.set_law(self._default)

    @property
    def status(self) -> Status:
        """Return where the present episode stands."""
        return self._status

    @property
    def episode(self) -> Interval:
        """Return the ticks of the newest episode."""
        return self._episode

    @property
    def controller(self) -> Controller | None:
        """Return the newest controller, whether it runs or not; None before the first."""
        return self._controller

    @property
    def ticks(self) -> bool:
        """Return whether the plant ticked within the last second."""
        return self._last_tick_ns is not None and self._clock.now_ns() - self._last_tick_ns < STALE_NS

    def on_tick(self, state: PlantState) -> None:
        """Take a finished tick: log it, and change controllers where one is due."""
        now_ns = self._clock.now_ns()
        resumed = self._last_tick_ns is not None and now_ns - self._last_tick_ns >= STALE_NS
        if resumed or self._status in (Status.READY, Status.TERMINATING) or self._has_ended():
            self._change(resumed)
        self.log.append(state)
        self._last_tick_ns = now_ns

    def on_reset(self) -> None:
        """Take note that the arm was put elsewhere: end any episode and hold it there."""
        self._change(resumed=True)

    def set_controller(self, controller: Controller) -> None:
        """Let `controller` begin an episode with the next tick."""
        with self._changed:
            self._controller = controller
            self._episode = Interval()
            self._status = Status.READY

    def terminate(self) -> bool:
        """Let the running episode end with the next tick; False where none runs."""
        with self._changed:
            if self._status is not Status.RUNNING:
                return False
            self._status = Status.TERMINATING
            return True

    def wait_while(self, status: Status, keep_waiting: Callable[[], bool]) -> bool:
        """Wait for a tick to end `status`; False where `keep_waiting` said no before."""
        with self._changed:
            while self._status is status:
                if not keep_waiting():
                    return False
                self._changed.wait(timeout=0.1)
        return True

    def _has_ended(self) -> bool:
        running = self._controller if self._status is Status.RUNNING else None
        return running is not None and running.is_terminated()

    def _change(self, resumed: bool) -> None:
        """Begin or end an episode; a robot that `resumed` after a pause gets the default one, as in Polymetis."""
        with self._changed:
            if self._status is Status.READY and self._controller is not None and not resumed:
                self._plant.set_law(self._controller)
                self._episode = Interval(start=len(self.log))
                self._status = Status.RUNNING
            else:
                self._default.reset()
                self._plant.set_law(self._default)
                self._episode = Interval(self._episode.start, len(self.log) - 1)
                self._status = Status.TERMINATED
                _logger.warning(
                    "%s: the default controller holds the arm", "robot resumed" if resumed else "episode ended"
                )
            self._changed.notify_all()

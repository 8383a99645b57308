"""The simulation as a robot of its own: a thread that ticks in real time, or ticks that are asked for."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass

from diffpol_ros.core.clock import NANOSECONDS, Clock, SteadyClock, SystemClock
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.twin.gripper import GripperCommand
from diffpol_ros.twin.pacer import Pacer, PaceStatistics
from diffpol_ros.twin.plant import Law, PlantState
from diffpol_ros.twin.scene import TICK_NS
from diffpol_ros.twin.simulation import RATE_HZ, Simulation

RESET_DEADLINE_S = 2.0
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Where everything truly was at `stamp_ns` [ns]: all of MuJoCo's qpos, and the block in the base frame."""

    stamp_ns: int
    qpos: Array
    block: Pose


@dataclass(frozen=True)
class _Listener:
    rate: float
    listen: Callable[[Snapshot], None]

    def hears(self, tick: int) -> bool:
        """Return whether `tick` is the first of a period; periods need not be whole ticks."""
        return int(tick * self.rate / RATE_HZ) != int((tick - 1) * self.rate / RATE_HZ)


class RealtimePlant:
    """A `Plant`: one thread ticks, all others exchange references with it."""

    def __init__(
        self,
        simulation: Simulation,
        speed: float = 1.0,
        steady: Clock | None = None,
        wall: Clock | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Put `simulation` on the time of `wall`; `steady` and `sleep` pace it, `speed` times as fast."""
        self._simulation = simulation
        self._speed = speed
        self._steady, self._wall, self._sleep = steady or SteadyClock(), wall or SystemClock(), sleep
        simulation.start_clock(self._wall.now_ns())
        self._pacer = Pacer(speed, self._steady.now_ns())
        self._state = simulation.plant_state()
        self._gripper_request: GripperCommand | None = None
        self._reset_request: tuple[int, Future[None]] | None = None
        self._listeners: list[_Listener] = []
        self._on_tick: Callable[[PlantState], None] = lambda _: None
        self._on_reset: Callable[[], None] = lambda: None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self.failure: BaseException | None = None

    @property
    def rate_hz(self) -> int:
        """Return how many ticks make one second of the plant's time."""
        return RATE_HZ

    @property
    def rest_positions(self) -> Array:
        """Return the joint positions (7,) [rad] the robot starts from."""
        return self._simulation.description.home_positions

    @property
    def gripper_max_width(self) -> float:
        """Return how far the fingers open [m]."""
        return self._simulation.description.gripper.maximum_width

    @property
    def statistics(self) -> PaceStatistics:
        """Return how well real time was kept."""
        return self._pacer.statistics

    def plant_state(self) -> PlantState:
        """Return the newest tick."""
        return self._state

    def set_law(self, law: Law) -> None:
        """Let `law` drive the joints from the next tick on."""
        self._simulation.set_law(law)

    def set_gripper_target(self, width: float, speed: float, force: float) -> None:
        """Send the fingers to `width` [m] at `speed` [m/s], pressing with at most `force` [N]."""
        self._gripper_request = GripperCommand(width, speed, force)

    def serve(self, on_tick: Callable[[PlantState], None], on_reset: Callable[[], None]) -> None:
        """Call `on_tick` after each tick and `on_reset` after each reset, in the plant's thread."""
        self._on_tick, self._on_reset = on_tick, on_reset

    def listen(self, rate: float, listener: Callable[[Snapshot], None]) -> None:
        """Call `listener` at `rate` [Hz] of simulated time, in the plant's thread: it must be quick."""
        self._listeners.append(_Listener(rate, listener))

    def start(self) -> None:
        """Begin to tick in real time."""
        self._stopping.clear()
        self._simulation.start_clock(self._wall.now_ns())
        self._pacer = Pacer(self._speed, self._steady.now_ns())
        self._thread = threading.Thread(target=self._run, name="twin-plant", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop ticking; safe to call twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def advance(self, ticks: int) -> None:
        """Fixed-step mode: run `ticks` now, in the calling thread."""
        if self._thread is not None:
            raise RobotError("advance() is for a plant that was not started: its thread ticks already")
        for _ in range(ticks):
            self._tick()

    def reset(self, seed: int) -> None:
        """Put the robot home and the block where `seed` says, between two ticks."""
        if self._thread is None:
            self._reset(seed)
            return
        done: Future[None] = Future()
        self._reset_request = (seed, done)
        try:
            done.result(RESET_DEADLINE_S)
        except FutureTimeoutError as error:
            raise RobotError(f"the twin did not tick for {RESET_DEADLINE_S} s: its reset was not done") from error

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._wait_and_tick()
        except BaseException as error:
            self.failure = error
            _logger.critical("the twin stopped ticking", exc_info=True)

    def _wait_and_tick(self) -> None:
        now_ns = self._steady.now_ns()
        wait_ns = self._pacer.next_due_ns() - now_ns
        if wait_ns > 0:
            self._sleep(wait_ns / NANOSECONDS)
            now_ns = self._steady.now_ns()
        skipped = self._pacer.skip_missed(now_ns)
        if skipped:
            _logger.warning("the machine was busy: the twin lost %d ms", skipped)
            self._simulation.start_clock(self._simulation.stamp_ns + skipped * TICK_NS)
        self._pacer.begin_tick(now_ns)
        self._tick()

    def _tick(self) -> None:
        self._take_requests()
        try:
            self._simulation.step()
        except RobotError as error:
            _logger.error("%s; the arm is held where it is", error)
            self._simulation.hold()
            self._on_reset()
        self._state = self._simulation.plant_state()
        self._on_tick(self._state)
        for listener in self._listeners:
            if listener.hears(self._state.tick):
                listener.listen(self._snapshot())

    def _take_requests(self) -> None:
        reset, self._reset_request = self._reset_request, None
        if reset is not None:
            seed, done = reset
            self._reset(seed)
            done.set_result(None)
        command, self._gripper_request = self._gripper_request, None
        if command is not None:
            self._simulation.set_gripper_target(command.width, command.speed, command.force)

    def _reset(self, seed: int) -> None:
        self._gripper_request = None
        self._simulation.reset(seed)
        self._on_reset()

    def _snapshot(self) -> Snapshot:
        simulation = self._simulation
        return Snapshot(simulation.stamp_ns, simulation.qpos(), simulation.block_pose())

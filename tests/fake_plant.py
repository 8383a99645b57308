"""A robot of seven unit inertias, for tests of the protocol: no MuJoCo, ticks when told or in a thread."""

import threading
from collections.abc import Callable

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.twin.plant import Law, PlantState

TICK_NS = 1_000_000
HOME = np.array([0.0, -0.3, 0.0, -2.2, 0.0, 2.0, 0.785])


class FakePlant:
    """Implements `Plant`; its hand is wherever it was sent."""

    rate_hz = 1000
    gripper_max_width = 0.08

    def __init__(self) -> None:
        self.rest_positions: Array = HOME
        self.on_tick: Callable[[PlantState], None] = lambda _: None
        self.gripper_commands: list[tuple[float, float, float]] = []
        self.law: Law | None = None
        self._positions, self._velocities = HOME.copy(), np.zeros(7)
        self._torques = np.zeros(7)
        self._tick = 0
        self._width = 0.08
        self._running = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._loop, daemon=True)

    def plant_state(self) -> PlantState:
        return PlantState(
            tick=self._tick,
            stamp_ns=1_700_000_000_000_000_001 + self._tick * TICK_NS,
            joint_positions=self._positions.copy(),
            joint_velocities=self._velocities.copy(),
            computed_torques=self._torques,
            applied_torques=self._torques,
            measured_torques=self._torques,
            external_torques=np.zeros(7),
            gripper_width=self._width,
            gripper_moving=False,
            gripper_grasped=False,
        )

    def set_law(self, law: Law) -> None:
        self.law = law

    def set_gripper_target(self, width: float, speed: float, force: float) -> None:
        self.gripper_commands.append((width, speed, force))
        self._width = width

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            assert self.law is not None
            stamp_ns = self.plant_state().stamp_ns
            self._torques = self.law.torques(stamp_ns, self._positions, self._velocities, np.zeros((6, 7)))
            self._velocities = self._velocities + 1e-3 * self._torques
            self._positions = self._positions + 1e-3 * self._velocities
            self._tick += 1
            self.on_tick(self.plant_state())

    def run(self) -> None:
        """Tick in a thread, about every millisecond."""
        self._running.set()
        if not self._thread.is_alive():
            self._thread.start()

    def freeze(self) -> None:
        self._running.clear()

    def close(self) -> None:
        self._closed.set()
        self._running.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)

    def _loop(self) -> None:
        while not self._closed.wait(0.001):
            if self._running.is_set():
                self.tick()

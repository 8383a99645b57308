"""What its journal costs the bridge: `python -m benchmarks.bridge_journal`.

The processor's time of a tick of an arm that follows chunks, with and without journal: in the tick itself, where it
delays the command, and after it, where lines are written; and how many bytes of text a minute makes.
"""

import time
from dataclasses import dataclass, field

import numpy as np

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.bridge.building import Clocks, build_bridge
from diffpol_ros.bridge.recorded import RecordedBridge, recorded_bridge
from diffpol_ros.bridge.setup import bridge_setup
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.clock import ManualClock, to_ns
from diffpol_ros.core.journal.unheard import Unheard
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import ActionChunk
from diffpol_ros.robots.rehearsal import RehearsalRobot

TICKS, PERIOD_S, CHUNK_TICKS, ACTIONS = 1000, 0.01, 40, 8
START_NS = 1_700_000_000_000_000_000


@dataclass
class Cost:
    """Processor time of each tick, and of writing after it [s]; `bytes` of text in all."""

    ticks: list[float] = field(default_factory=list)
    writing: list[float] = field(default_factory=list)
    bytes: int = 0


class Circle:
    """A bridge whose arm goes round, in time that is moved by hand."""

    def __init__(self, recorded: bool) -> None:
        """Enable it."""
        self.clock = ManualClock(START_NS)
        description = load_robot_description("panda")
        setup = bridge_setup(description, FollowerSettings(), 0.0)
        robot, clocks = RehearsalRobot(description, clock=self.clock), Clocks(self.clock, self.clock, self.clock)
        self.bridge: Bridge = (
            recorded_bridge(setup, robot, clocks) if recorded else build_bridge(Bridge, setup, robot, clocks, Unheard())
        )
        self.home = self.bridge.follower.kinematics.forward(description.home_positions)
        self.cost = Cost()
        self.bridge.tick()
        self.bridge.enable()

    def step(self, count: int) -> None:
        """Tick, with a chunk where one is due."""
        self.clock.advance(PERIOD_S)
        if count % CHUNK_TICKS == 0:
            self.bridge.accept(self._chunk(count))
        began = time.thread_time()
        self.bridge.tick()
        self.bridge.settle()
        ended = time.thread_time()
        self.cost.ticks.append(ended - began)
        if isinstance(self.bridge, RecordedBridge):
            self.bridge.journal.write()
            self.cost.writing.append(time.thread_time() - ended)
            self.cost.bytes += sum(map(len, self.bridge.journal.take()))

    def _chunk(self, count: int) -> ActionChunk:
        now_ns, times = self.clock.now_ns(), count * PERIOD_S + 0.1 * np.arange(1, ACTIONS + 1)
        offsets = np.stack((0 * times, 0.1 * np.sin(times), 0.1 * (np.cos(times) - 1.0)), axis=1)
        stamps = tuple(now_ns + to_ns(0.1 * (index + 1)) for index in range(ACTIONS))
        turned = np.tile(self.home.quaternion, (ACTIONS, 1))
        return ActionChunk(now_ns, stamps, self.home.position + offsets, turned, np.full(ACTIONS, 0.05))


def main() -> None:
    """Measure and print."""
    circles = Circle(recorded=False), Circle(recorded=True)
    for count in range(TICKS):
        for circle in circles if count % 2 else circles[::-1]:
            circle.step(count)
    assert circles[1].bridge.counts["gate.command"] > TICKS // 2, circles[1].bridge.counts
    plain, recorded = (circle.cost for circle in circles)
    measured = plain.ticks, recorded.ticks, recorded.writing
    without, with_it, writing = (1e6 * float(np.median(each)) for each in measured)
    print(f"tick without journal  {without:7.1f} us of processor time (median of {TICKS})")
    print(f"tick with journal     {with_it:7.1f} us")
    print(f"writing, after it     {writing:7.1f} us")
    share = 100.0 * (with_it - without + writing) * 1e-6 / PERIOD_S
    print(f"the journal takes     {share:7.2f} % of a core at {1.0 / PERIOD_S:.0f} Hz")
    print(f"text                  {60e-6 * recorded.bytes / (TICKS * PERIOD_S):7.2f} MB a minute, before compression")


if __name__ == "__main__":
    main()

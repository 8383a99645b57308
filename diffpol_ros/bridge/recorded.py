"""The bridge that keeps a journal: each call a line."""

from diffpol_ros.bridge.bridge import Bridge, Tick
from diffpol_ros.bridge.building import Clocks, build_bridge
from diffpol_ros.bridge.setup import CODEC, ERRORS, STAGE, BridgeSetup
from diffpol_ros.control.chunk_check import Refusal
from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.core.journal.build import build_of
from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.core.types import ActionChunk
from diffpol_ros.robots.base import Robot

BUILD = "build"


def told_of(tick: Tick) -> tuple[object, ...]:
    """Return what of a tick is written down; its state was heard."""
    return tick.now_ns, tick.state is not None, tick.verdict


class RecordedBridge(Bridge):
    """Writes down what it is asked, what it hears and what it answers; `journal` is made by `recorded_bridge`."""

    journal: Journal

    def tick(self) -> Tick:
        """Poll the robot and step the follower."""
        return self.journal.call("tick", super().tick, gave=told_of)

    def settle(self) -> None:
        """End the controller after a Stop."""
        if self.follower.stopped is not None:
            self.journal.call("settle", super().settle)

    def hear(self, beat: Heartbeat, steady_ns: int) -> None:
        """Take what the policy said of itself."""
        hear = super().hear
        self.journal.call("hear", lambda: hear(beat, steady_ns), beat, steady_ns)

    def accept(self, chunk: ActionChunk) -> Refusal | None:
        """Follow `chunk`, or return why not."""
        accept = super().accept
        return self.journal.call("accept", lambda: accept(chunk), chunk)

    def refuse_malformed(self, reason: str) -> None:
        """Stop for a chunk that cannot even be read."""
        refuse = super().refuse_malformed
        self.journal.call("refuse_malformed", lambda: refuse(reason), reason)

    def enable(self) -> None:
        """Start the controller and follow."""
        self.journal.call("enable", super().enable)

    def recover(self) -> None:
        """Let the robot clear what it latched."""
        self.journal.call("recover", super().recover)

    def home_gripper(self) -> None:
        """Let the gripper find its stops anew."""
        self.journal.call("home_gripper", super().home_gripper)

    def stop(self, name: str, reason: str) -> None:
        """Latch a Stop and end the controller."""
        stop = super().stop
        self.journal.call("stop", lambda: stop(name, reason), name, reason)

    def reset(self, stops: int | None = None) -> None:
        """Forget the first `stops` Stops, or all."""
        reset = super().reset
        self.journal.call("reset", lambda: reset(stops), stops)

    def close(self) -> None:
        """End the controller and hang up."""
        self.journal.call("close", super().close)


def recorded_bridge(setup: BridgeSetup, robot: Robot, clocks: Clocks) -> RecordedBridge:
    """Return a bridge that keeps a journal from its first moment on."""
    journal = Journal(CODEC, ERRORS, clocks.system)
    journal.begin(STAGE, setup, build_of())
    bridge = journal.call(
        BUILD, lambda: build_bridge(RecordedBridge, setup, robot, clocks, journal), gave=lambda _: None
    )
    bridge.journal = journal
    return bridge

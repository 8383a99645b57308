"""Plays to live nodes what a bag holds of robot and cameras, under its own stamps, and tells its time on /clock."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rcl_interfaces.msg import SetParametersResult
from rclpy.clock import Clock, ClockType
from rclpy.executors import ExternalShutdownException
from rclpy.parameter import Parameter

from diffpol_ros.core.clock import SteadyClock, to_ns, to_seconds
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.settings import setting
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.player_topics import PlayerTopics
from diffpol_ros.replay.playback import Playback
from diffpol_ros.replay.played_topics import JOINTS, PlayedTopics, played_topics
from diffpol_ros.replay.tape import Tape

STEP_S, WATCH_PERIOD_S = 0.005, 0.5
# A player that was away for a moment goes on where it was: time on /clock never leaps for that.
LONGEST_STEP_NS = to_ns(0.05)
PATIENCE_NS, LAST_WORDS_NS = to_ns(120.0), to_ns(1.5)
LIVE, RECORDED = "live", "recorded"


@dataclass(frozen=True)
class PlayerParameters:
    """What is played, and how."""

    bag: str = setting(description="bag to play: its folder, or its file")
    bag_namespace: str = setting("", description="namespace of the topics in the bag")
    estimates: str = setting(LIVE, description="live: estimation runs; recorded: what it said then is played")
    speed: float = setting(1.0, description="of the bag's time against real time", minimum=0.01, maximum=100.0)
    position: float = setting(0.0, description="where to begin [s]; setting it goes there", minimum=0.0)
    paused: bool = setting(False, description="whether time stands still")
    loop: bool = setting(False, description="whether to begin again at the end; otherwise the node ends there")
    listeners: tuple[str, ...] = setting(
        ("estimation/journal", "policy/journal"), description="topics that must have a publisher before it plays"
    )


class PlayerNode(StageNode[PlayerParameters]):
    """Sends what is due every 5 ms, once those who listen are there; alone, or it refuses to go on."""

    parameters_kind = PlayerParameters
    live_parameters = ("speed", "position", "paused")

    def __init__(self) -> None:
        """Create the node; the bag is read when it is configured."""
        super().__init__("player")
        self._playback: Playback | None = None
        self._topics: PlayerTopics
        self._begun = False
        self._steady = SteadyClock()
        self._taken, self._running = ExitStack(), ExitStack()

    def configure(self) -> None:
        """Read the bag once, and offer what will be played."""
        given = self.parameters
        tape = Tape(Path(given.bag))
        contents = tape.contents()
        played = played_topics(contents, given.bag_namespace, estimated=given.estimates == RECORDED)
        for complaint in (*tape.complaints, *played.complaints):
            self.get_logger().warning(complaint)
        self._duration_ns, self._leaps = contents.duration_ns, contents.leaps
        self._require(tape, played)
        self._playback = Playback(tape, to_ns(given.position), given.speed, loop=given.loop)
        self._playback.paused = given.paused
        self._topics = PlayerTopics(self, played)
        self._taken.callback(self._topics.close)
        self.add_on_set_parameters_callback(self._on_set)
        self._taken.callback(self.remove_on_set_parameters_callback, self._on_set)
        self.get_logger().info(f"{tape}: {to_seconds(self._duration_ns):.1f} s of {', '.join(sorted(played.types))}")

    def activate(self) -> None:
        """Wait for those who listen, then play."""
        self._begun, self._since_ns = False, self._steady.now_ns()
        self._stepped_ns, self._ended_ns = self._since_ns, 0
        clock = Clock(clock_type=ClockType.STEADY_TIME)
        for period_s, callback in ((STEP_S, self._step), (WATCH_PERIOD_S, self._on_watch)):
            self._running.callback(self.destroy_timer, self.create_timer(period_s, callback, clock=clock))

    def deactivate(self) -> None:
        """Stand still."""
        self._running.close()

    def cleanup(self) -> None:
        """Publish no more."""
        self._taken.close()
        self._playback = None

    def report(self) -> Report:
        """Say where in the bag it is."""
        playback = self._playback
        if playback is None:
            return Report.error("not configured")
        values = {
            "position_s": to_seconds(playback.position_ns),
            "duration_s": to_seconds(self._duration_ns),
            "rounds": playback.rounds,
            "leaps_in_the_bag": self._leaps,
        }
        if not self._begun:
            return Report.warn(f"waiting for {', '.join(self._missing())}", values)
        return Report.ok("ended" if playback.ended else "paused" if playback.paused else "playing", values)

    def _require(self, tape: Tape, played: PlayedTopics) -> None:
        """Refuse what cannot be played."""
        given = self.parameters
        if given.estimates not in (LIVE, RECORDED):
            raise SettingsError(f"player: estimates is {given.estimates!r}, expected {LIVE} or {RECORDED}")
        lacking = played.lacking(estimated=given.estimates == RECORDED)
        if lacking:
            raise ResourceError(f"{tape}: {lacking}")
        refusal = self._refusal(given.position)
        if refusal:
            raise SettingsError(f"player: {refusal}")
        tape.require_own_clock(next(topic for topic, name in played.names.items() if name == JOINTS))

    def _step(self) -> None:
        before_ns, self._stepped_ns = self._stepped_ns, self._steady.now_ns()
        playback = self._playback
        if not self._begun or playback is None:
            return
        for due in playback.advance(min(LONGEST_STEP_NS, self._stepped_ns - before_ns)):
            self._topics.send(due)
        if not playback.ended:
            self._ended_ns = 0
        elif not self._ended_ns:
            self._ended_ns = self._stepped_ns
            self.get_logger().info("the bag has ended")
        elif self._stepped_ns - self._ended_ns > LAST_WORDS_NS:
            # What the last messages led to has been said.
            raise ExternalShutdownException

    def _on_watch(self) -> None:
        rivals = self._topics.rivals()
        if rivals:
            self._fail(
                f"{', '.join(rivals)} are published by others too: a bag must not be played beside a running graph; "
                "give it a ROS_DOMAIN_ID of its own"
            )
        if self._begun:
            return
        missing = self._missing()
        if not missing:
            self._begun = True
            self.get_logger().info("playing")
        elif self._steady.now_ns() - self._since_ns > PATIENCE_NS:
            waited_s = to_seconds(PATIENCE_NS)
            self._fail(f"after {waited_s:.0f} s nobody publishes {', '.join(missing)}: do the nodes run?")

    def _missing(self) -> list[str]:
        missing = [name for name in self.parameters.listeners if not self.count_publishers(name)]
        return missing or ([] if self._topics.heard else [f"what listens to {JOINTS}"])

    def _fail(self, message: str) -> None:
        self.failure = ResourceError(f"player: {message}")
        self.get_logger().fatal(str(self.failure))
        raise self.failure

    def _refusal(self, position: float) -> str:
        if position <= to_seconds(self._duration_ns):
            return ""
        return f"position is {position:g} s, and the bag ends after {to_seconds(self._duration_ns):.3f} s"

    def _on_set(self, changes: list[Parameter]) -> SetParametersResult:
        told: dict[str, Any] = {change.name: change.value for change in changes}
        refusal = self._refusal(told["position"]) if "position" in told else ""
        playback = self._playback
        if refusal or playback is None:
            return SetParametersResult(successful=False, reason=refusal)
        playback.speed, playback.paused = told.get("speed", playback.speed), told.get("paused", playback.paused)
        if "position" in told:
            playback.seek(to_ns(told["position"]))
        return SetParametersResult(successful=True)


def main() -> None:
    """Run the player."""
    run_node(PlayerNode)


if __name__ == "__main__":
    main()

"""Records every topic of the graph into one bag, undecoded."""

import sys
from pathlib import Path

from rclpy.executors import Executor, SingleThreadedExecutor
from rclpy.timer import Timer

from diffpol_ros.nodes.about_writer import AboutWriter
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.offered_quality import as_rosbag2
from diffpol_ros.nodes.recorded_topics import RecorderParameters, sources
from diffpol_ros.nodes.recording_health import RecordingHealth
from diffpol_ros.nodes.taps import Taps
from diffpol_ros.replay.bag_writer import Split
from diffpol_ros.replay.flight_recorder import FlightRecorder
from diffpol_ros.replay.topic_writer import RecordedTopic

SWITCH_INTERVAL_S = 0.0005
DRAIN_PERIOD_S = 0.05
LOOK_PERIOD_S = 1.0


class RecorderNode(StageNode[RecorderParameters]):
    """Takes messages undecoded, queues them, and leaves the writing to a thread."""

    parameters_kind = RecorderParameters

    def __init__(self) -> None:
        """Create the node; the bag is created when it is configured."""
        super().__init__("recorder")
        self._recorder: FlightRecorder | None = None
        self._taps: Taps
        self._about: AboutWriter
        self._health: RecordingHealth
        self._timers_of_bag: list[Timer] = []

    def configure(self) -> None:
        """Create the bag and subscribe to everything."""
        given = self.parameters
        wanted, packing = sources(given), given.packing
        topics = [
            RecordedTopic(
                self.resolve_topic_name(each.topic), each.type_name, as_rosbag2([each.quality]), packing=packing
            )
            for each in wanted
        ]
        split = Split(given.split_megabytes << 20, given.split_seconds)
        self._recorder = FlightRecorder(Path(given.bag_folder), topics, given.queue_megabytes << 20, split)
        # The writer holds the lock while it packs a chunk: let the subscriptions in often.
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._taps = Taps(self, self._recorder)
        for index, each in enumerate(wanted):
            self._taps.add(each, index)
        self._about = AboutWriter(self, self._recorder, self.get_logger().warning)
        self._health = RecordingHealth(self, self._recorder, self._taps)
        self._timers_of_bag = [
            self.create_timer(DRAIN_PERIOD_S, self._taps.drain),
            self.create_timer(LOOK_PERIOD_S, self._look),
        ]

    def cleanup(self) -> None:
        """Finish the bag."""
        if self._recorder is None:
            return
        recorder, self._recorder = self._recorder, None
        while self._timers_of_bag:
            self.destroy_timer(self._timers_of_bag.pop())
        self._taps.close()
        self._about.close()
        self._health.close()
        recorder.close()

    def report(self) -> Report:
        """Say how much was recorded, and whether anything was lost."""
        return Report.ok("not recording") if self._recorder is None else self._health.report()

    def make_executor(self) -> Executor:
        """Return one that knows callback groups."""
        return SingleThreadedExecutor()

    def received_of(self, topic: str) -> int:
        """Return how many messages of `topic` arrived, kept or not."""
        return self._taps.arrived(topic)

    def _look(self) -> None:
        self._about.look()
        self._health.tell()


def main() -> None:
    """Run the recorder."""
    run_node(RecorderNode)


if __name__ == "__main__":
    main()

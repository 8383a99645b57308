"""Records a running graph, whoever started it, topic by topic as they appear."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node

from diffpol_ros.core.image_format import AS_SENT, ImageFormat
from diffpol_ros.nodes.about_writer import AboutWriter
from diffpol_ros.nodes.recorder_node import DRAIN_PERIOD_S, LOOK_PERIOD_S, SWITCH_INTERVAL_S
from diffpol_ros.nodes.recording_health import RecordingHealth
from diffpol_ros.nodes.taps import Taps
from diffpol_ros.nodes.topic_choice import TopicChoice, TopicFinder
from diffpol_ros.replay.bag_writer import Split
from diffpol_ros.replay.flight_recorder import FlightRecorder

FIND_PERIOD_S = 0.2


class GraphRecorder:
    """A bag of what a graph says, from now until `close`."""

    def __init__(
        self,
        node: Node,
        folder: Path,
        choice: TopicChoice,
        queue_bytes: int,
        split: Split | None = None,
        packing: ImageFormat = AS_SENT,
    ) -> None:
        """Create the bag `folder` and record with `node`, which nobody else spins."""
        self.recorder = FlightRecorder(folder, queue_bytes=queue_bytes, split=split)
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        warn = node.get_logger().warning
        self.taps = Taps(node, self.recorder)
        self._finder = TopicFinder(node, choice, warn, packing)
        self._about = AboutWriter(node, self.recorder, warn)
        self._health = RecordingHealth(node, self.recorder, self.taps)
        self._executor = SingleThreadedExecutor(context=node.context)
        self._executor.add_node(node)
        node.create_timer(DRAIN_PERIOD_S, self.taps.drain)
        node.create_timer(FIND_PERIOD_S, self.find)
        node.create_timer(LOOK_PERIOD_S, self.look)

    def find(self) -> None:
        """Add the topics that are new."""
        for source, topic in self._finder.found():
            self.taps.add(source, self.recorder.add_topic(topic))

    def look(self) -> None:
        """Ask the nodes that are new, and say what was lost."""
        self._about.look()
        self._health.tell()

    def record(self, seconds: float, tell: Callable[["GraphRecorder"], object]) -> None:
        """Record for `seconds` [s], 0: until interrupted or the bag cannot be written; `tell` is called often."""
        end = time.monotonic() + seconds if seconds else float("inf")
        self.find()
        while time.monotonic() < end and not self.recorder.failure:
            self._executor.spin_once(timeout_sec=LOOK_PERIOD_S)
            tell(self)

    def close(self) -> None:
        """Take the last messages and finish the bag."""
        self._executor.shutdown()
        self.taps.close()
        self._about.close()
        self._health.close()
        self.recorder.close()

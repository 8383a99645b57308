"""Writes `recording/about` into the bag: what the survey of the nodes found, with the files that it names."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.serialization import serialize_message
from std_msgs.msg import String

from diffpol_ros.nodes.offered_quality import as_rosbag2
from diffpol_ros.nodes.survey import Survey
from diffpol_ros.replay.about import TOPIC, TYPE, About, Code
from diffpol_ros.replay.flight_recorder import FlightRecorder
from diffpol_ros.replay.provenance import about, running_code
from diffpol_ros.replay.topic_writer import RecordedTopic

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class AboutWriter:
    """Looks about once a second; files are read by a thread of its own."""

    def __init__(self, node: Node, recorder: FlightRecorder, warn: Callable[[str], object]) -> None:
        """Write into the bag of `recorder`; `warn` is told what could not be found."""
        self._recorder = recorder
        self._index = recorder.add_topic(RecordedTopic(node.resolve_topic_name(TOPIC), TYPE, as_rosbag2([LATCHED])))
        self._survey = Survey(node)
        self._warn = warn
        self._told: set[str] = set()
        self._known = -1
        self._code: Code | None = None
        self._last = About()
        self._thread = ThreadPoolExecutor(1, "about the recording")
        self._work: Future[About] | None = None

    def look(self) -> None:
        """Ask new nodes; write what is known where that is more than before."""
        self._survey.look()
        if self._work is not None and self._work.done():
            self._write(self._work.result())
            self._work = None
        nodes = dict(self._survey.parameters)
        if self._work is None and len(nodes) > self._known:
            self._known = len(nodes)
            self._work = self._thread.submit(self._gather, nodes)

    def close(self) -> None:
        """Write what is still being gathered, and whose parameters are not known."""
        self._survey.close()
        if self._work is not None:
            self._write(self._work.result())
            self._work = None
        if self._survey.silent:
            told = [f"{name} did not tell its parameters" for name in self._survey.silent]
            self._write(replace(self._last, complaints=(*self._last.complaints, *told)))
        self._thread.shutdown()

    def _gather(self, nodes: dict[str, dict[str, object]]) -> About:
        self._code = self._code or running_code()
        return about(nodes, self._code)

    def _write(self, found: About) -> None:
        self._last = found
        now_ns = time.time_ns()
        self._recorder.put(self._index, now_ns, now_ns, serialize_message(String(data=found.to_text())))
        for complaint in found.complaints:
            if complaint not in self._told:
                self._told.add(complaint)
                self._warn(f"the bag does not hold all of the run: {complaint}")

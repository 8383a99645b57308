"""Whether a recording is whole: what was dropped, and what never arrived; told while it happens, and in the bag."""

import time

from rclpy.node import Node
from rclpy.serialization import serialize_message
from std_msgs.msg import String

from diffpol_ros.nodes.about_writer import LATCHED
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.offered_quality import as_rosbag2
from diffpol_ros.nodes.taps import Taps
from diffpol_ros.replay.flight_recorder import FlightRecorder
from diffpol_ros.replay.losses import TOPIC, TYPE, LossBook
from diffpol_ros.replay.topic_writer import RecordedTopic


class RecordingHealth:
    """Tells what a recorder lost, once it happens, and writes it into the bag as `recording/losses`."""

    def __init__(self, node: Node, recorder: FlightRecorder, taps: Taps) -> None:
        """Watch `recorder` of `node`, and what `taps` gives it."""
        self._recorder, self._taps, self._logger = recorder, taps, node.get_logger()
        self._index = recorder.add_topic(RecordedTopic(node.resolve_topic_name(TOPIC), TYPE, as_rosbag2([LATCHED])))
        self._book = LossBook(time.time_ns())
        self._told: set[str] = set()

    def tell(self) -> None:
        """Log each kind of loss when it is first seen, and write down what is new."""
        recorder = self._recorder
        if recorder.failure:
            self._once("failure", recorder.failure)
        elif recorder.dropped:
            self._once("dropped", "messages are dropped: the disk, or this machine, is too slow")
        for topic, count in self._taps.missed.items():
            self._once(topic, f"{count} messages of {topic} were sent and did not arrive: this machine is too busy")
        for topic, why in recorder.refusals.items():
            self._once(f"{topic}, unpacked", f"{why}; they are stored as they were sent")
        if self._note():
            self._write(ended=False)

    def close(self) -> None:
        """Write down all of it, also that it is nothing; the recorder is closed next."""
        self._note()
        self._write(ended=True)

    def report(self) -> Report:
        """Return what /diagnostics says of the recording."""
        recorder, missed = self._recorder, self._taps.missed
        values: dict[str, object] = {
            "received": recorder.received,
            "dropped": recorder.dropped,
            "missed": sum(missed.values()),
        }
        if recorder.failure:
            return Report.error(recorder.failure, values)
        if recorder.dropped:
            return Report.warn(f"{recorder.dropped} messages dropped: the disk, or this machine, is too slow", values)
        if missed:
            worst = max(missed, key=lambda topic: missed[topic])
            told = f"{values['missed']} messages did not arrive, most of {worst}: this machine is too busy"
            return Report.warn(told, values)
        return Report.ok("recording", values)

    def _note(self) -> bool:
        return self._book.note(self._recorder.dropped_of, self._taps.missed, time.time_ns())

    def _write(self, *, ended: bool) -> None:
        now_ns, text = time.time_ns(), self._book.losses(ended=ended).to_text()
        self._recorder.put(self._index, now_ns, now_ns, serialize_message(String(data=text)), needed=True)

    def _once(self, kind: str, told: str) -> None:
        if kind not in self._told:
            self._told.add(kind)
            self._logger.error(told)

"""Records every topic of the graph into one bag, undecoded."""

import sys
import time
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from rclpy.qos import QoSProfile

from diffpol_ros.core.settings import setting
from diffpol_ros.nodes.diagnostics import Report
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.quality import EVENTS, IMAGES, RECORDED_STATES
from diffpol_ros.replay.flight_recorder import FlightRecorder, RecordedTopic

SWITCH_INTERVAL_S = 0.0005


@dataclass(frozen=True)
class RecorderParameters:
    """What is recorded, and where to."""

    bag_folder: str = setting(description="folder of the bag; must not exist yet")
    cameras: tuple[str, ...] = setting(("front", "side"), description="cameras whose topics are recorded")
    objects: tuple[str, ...] = setting(("block",), description="objects whose estimates and truths are recorded")
    image_cameras: tuple[str, ...] = setting(("front", "side"), description="cameras whose images are recorded too")
    image_stride: int = setting(1, description="record every n-th image of each camera; 0: none", minimum=0)
    queue_megabytes: int = setting(256, description="backlog [MiB] beyond which messages are dropped", minimum=1)


@dataclass(frozen=True)
class Source:
    """A topic as the recorder subscribes to it; every `stride`-th message is kept."""

    topic: str
    type_name: str
    quality: QoSProfile
    stride: int = 1


def sources(parameters: RecorderParameters) -> list[Source]:
    """Return every topic of the graph, relative to the namespace."""
    found = [
        Source("joint_states", "sensor_msgs/msg/JointState", RECORDED_STATES),
        Source("end_effector_pose", "geometry_msgs/msg/PoseStamped", RECORDED_STATES),
        Source("joint_targets", "sensor_msgs/msg/JointState", RECORDED_STATES),
        Source("action_chunk", "trajectory_msgs/msg/MultiDOFJointTrajectory", EVENTS),
        Source("policy/inference", "diagnostic_msgs/msg/DiagnosticArray", EVENTS),
        Source("gate", "diagnostic_msgs/msg/DiagnosticArray", EVENTS),
        Source("/diagnostics", "diagnostic_msgs/msg/DiagnosticArray", EVENTS),
    ]
    for name in parameters.objects:
        found.append(Source(f"objects/{name}/pose", "geometry_msgs/msg/PoseWithCovarianceStamped", EVENTS))
        found.append(Source(f"twin/truth/{name}", "geometry_msgs/msg/PoseStamped", RECORDED_STATES))
    for name in parameters.cameras:
        found.append(Source(f"camera/{name}/camera_info", "sensor_msgs/msg/CameraInfo", IMAGES))
        if parameters.image_stride and name in parameters.image_cameras:
            found.append(Source(f"camera/{name}/image_raw", "sensor_msgs/msg/Image", IMAGES, parameters.image_stride))
    return found


class RecorderNode(StageNode[RecorderParameters]):
    """Subscribes raw, queues, and leaves the writing to a thread."""

    parameters_kind = RecorderParameters

    def __init__(self) -> None:
        """Create the node; the bag is created when it is configured."""
        super().__init__("recorder")
        self._recorder: FlightRecorder | None = None
        self._counts: list[int] = []

    def configure(self) -> None:
        """Create the bag and subscribe to everything."""
        wanted = sources(self.parameters)
        topics = [RecordedTopic(self.resolve_topic_name(each.topic), each.type_name) for each in wanted]
        folder = Path(self.parameters.bag_folder)
        self._recorder = FlightRecorder(folder, topics, self.parameters.queue_megabytes << 20)
        self._counts = [0] * len(wanted)
        # The writer holds the lock while it packs a chunk: let the subscriptions in often.
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        for index, each in enumerate(wanted):
            callback = partial(self._take, index, each.stride)
            self.create_subscription(
                message_type(each.type_name), each.topic, _with_info(callback), each.quality, raw=True
            )

    def cleanup(self) -> None:
        """Finish the bag."""
        if self._recorder is not None:
            recorder, self._recorder = self._recorder, None
            recorder.close()

    def report(self) -> Report:
        """Say how much was recorded, and whether anything was lost."""
        if self._recorder is None:
            return Report.ok("not recording")
        values = {"received": self._recorder.received, "dropped": self._recorder.dropped}
        if self._recorder.failure:
            return Report.error(self._recorder.failure, values)
        if self._recorder.dropped:
            return Report.warn(f"{self._recorder.dropped} messages dropped: the disk is too slow", values)
        return Report.ok("recording", values)

    def received_of(self, topic: str) -> int:
        """Return how many messages of `topic` arrived, kept or not."""
        return self._counts[[each.topic for each in sources(self.parameters)].index(topic)]

    def _take(self, index: int, stride: int, data: bytes, published_ns: int) -> None:
        count = self._counts[index]
        self._counts[index] = count + 1
        if self._recorder is None or count % stride:
            return
        had_room = self._recorder.dropped == 0
        if not self._recorder.put(index, time.time_ns(), published_ns, data) and had_room:
            self.get_logger().error(self._recorder.failure or "the disk is too slow: messages are dropped")


def _with_info(callback: Any) -> Any:
    """Return a subscription callback that passes on when the message was published; rclpy counts its arguments."""

    def take(data: bytes, info: dict[str, int]) -> None:
        callback(data, info["source_timestamp"])

    return take


def message_type(name: str) -> Any:
    """Return the message class of a name such as "sensor_msgs/msg/Image"."""
    package, kind, message = name.split("/")
    return getattr(import_module(f"{package}.{kind}"), message)


def main() -> None:
    """Run the recorder."""
    run_node(RecorderNode)


if __name__ == "__main__":
    main()

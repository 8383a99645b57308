"""Which topics of a running graph are recorded, and how: found as they appear."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from rclpy.node import Node
from rclpy.topic_endpoint_info import TopicEndpointInfo

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.image_format import AS_SENT, ImageFormat
from diffpol_ros.nodes.message_definitions import find_schema
from diffpol_ros.nodes.offered_quality import as_rosbag2, hearing_all
from diffpol_ros.nodes.recorded_topics import Source, message_type
from diffpol_ros.replay.image_topics import COMPRESSED
from diffpol_ros.replay.schemas import schema_from_text
from diffpol_ros.replay.topic_writer import RecordedTopic

IMAGES = ("sensor_msgs/msg/Image", "sensor_msgs/msg/CompressedImage", "sensor_msgs/msg/PointCloud2")


@dataclass(frozen=True)
class TopicChoice:
    """Names of topics, with * and ? as in a shell; nothing wanted: every topic."""

    wanted: Sequence[str] = ()
    unwanted: Sequence[str] = ()

    def takes(self, topic: str) -> bool:
        """Return whether `topic`, by its full name, is to be recorded; hidden ones are only where named."""
        if any(fnmatchcase(topic, _full(pattern)) for pattern in self.unwanted):
            return False
        if self.wanted:
            return any(fnmatchcase(topic, _full(pattern)) for pattern in self.wanted)
        return not any(part.startswith("_") for part in topic.split("/"))


class TopicFinder:
    """Finds the topics of a graph that are to be recorded, each once; says of those that cannot be, why."""

    def __init__(
        self, node: Node, choice: TopicChoice, warn: Callable[[str], object], packing: ImageFormat = AS_SENT
    ) -> None:
        """Look with `node`; images are to be stored as `packing` says."""
        self._node, self._choice, self._warn, self._packing = node, choice, warn, packing
        self._seen: set[str] = set()
        self._written: set[str] = set()

    def found(self) -> Iterator[tuple[Source, RecordedTopic]]:
        """Yield the topics that appeared since the last call and have a publisher."""
        for topic, types in sorted(self._node.get_topic_names_and_types()):
            if topic in self._seen or not self._choice.takes(topic):
                continue
            publishers = self._node.get_publishers_info_by_topic(topic)
            if not publishers:
                continue
            self._seen.add(topic)
            try:
                self._require_place(topic, types)
                yield self._prepared(topic, types[0], publishers)
            except ResourceError as error:
                self._warn(f"{topic} is not recorded: {error}")

    def _require_place(self, topic: str, types: Sequence[str]) -> None:
        if len(types) > 1:
            raise ResourceError(f"its publishers use several types, {', '.join(sorted(types))}")
        if topic in self._written:
            raise ResourceError(f"the packed images of {topic.removesuffix(COMPRESSED)} stand under this name")

    def _prepared(
        self, topic: str, type_name: str, publishers: Sequence[TopicEndpointInfo]
    ) -> tuple[Source, RecordedTopic]:
        digest = str(getattr(publishers[0], "topic_type_hash", ""))
        schema = find_schema(type_name, digest if digest.startswith("RIHS01_") else "")
        installed = schema_from_text(type_name, schema.text).digest
        if schema.digest != installed:
            self._warn(
                f"{topic}: its publisher's {type_name} is another than the one installed here ({schema.digest}, "
                f"{installed}): its messages may not be readable; install the same version"
            )
        message_type(type_name)  # so that one that is not installed is named before anything subscribes
        offered = [each.qos_profile for each in publishers]
        source = Source(topic, type_name, hearing_all(offered, images=type_name in IMAGES))
        recorded = RecordedTopic(topic, type_name, as_rosbag2(offered), schema, self._packing)
        if recorded.stored.name in self._written:
            self._warn(f"{topic} is stored as it is sent: somebody else's {recorded.stored.name} is recorded already")
            recorded = replace(recorded, packing=AS_SENT)
        self._written.add(recorded.stored.name)
        return source, recorded


def _full(pattern: str) -> str:
    return pattern if pattern.startswith(("/", "*")) else f"/{pattern}"

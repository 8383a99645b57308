"""Writes topics into a bag: images packed, on the topic beside theirs; those that cannot be, as they were sent."""

from dataclasses import dataclass, replace

from diffpol_ros.core.image_format import AS_SENT, ImageFormat
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.image_packing import Packed
from diffpol_ros.replay.image_topics import COMPRESSED
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.replay.schemas import Schema, schema_of


@dataclass(frozen=True)
class RecordedTopic:
    """A topic to record: its full name, its message type, its QoS as rosbag2 writes it.

    schema: of a type that is none of the standard ones. packing: how its messages are stored, if they are images.
    """

    name: str
    type_name: str
    quality: str = ""
    schema: Schema | None = None
    packing: ImageFormat = AS_SENT

    @property
    def packed(self) -> bool:
        """Return whether its messages are stored otherwise than they are sent: images of the standard type may be."""
        return self.packing.packs and self.type_name == IMAGE and self.schema in (None, schema_of(IMAGE))

    @property
    def stored(self) -> "RecordedTopic":
        """Return the topic that stands for it in the bag."""
        if not self.packed:
            return self
        return replace(self, name=self.name + COMPRESSED, type_name=COMPRESSED_IMAGE, schema=None)


class TopicWriter:
    """The topics of a bag being written, by index. refusals: of which of them images could not be packed, and why."""

    def __init__(self, writer: BagWriter) -> None:
        """Write with `writer`."""
        self.refusals: dict[str, str] = {}
        self._writer = writer
        self._topics: list[RecordedTopic] = []
        self._numbers: list[int] = []
        self._unpacked: dict[int, int] = {}

    def add(self, topic: RecordedTopic) -> None:
        """Announce the topic of the next index."""
        self._topics.append(topic)
        self._numbers.append(self._announce(topic.stored))

    def write(self, topic: int, log_ns: int, published_ns: int, data: bytes | Packed) -> None:
        """Append a message of the topic at index `topic`."""
        number = self._numbers[topic]
        if isinstance(data, Packed):
            number, data = self._as_sent(topic, data.refusal) if data.refusal else number, data.data
        self._writer.write(number, log_ns, published_ns, data)

    def _announce(self, topic: RecordedTopic) -> int:
        return self._writer.add_topic(topic.name, topic.type_name, topic.quality, topic.schema)

    def _as_sent(self, topic: int, why: str) -> int:
        """Return the number of the topic that holds what could not be packed."""
        if topic not in self._unpacked:
            self._unpacked[topic] = self._announce(self._topics[topic])
            self.refusals[self._topics[topic].name] = why
        return self._unpacked[topic]

"""Listens to what a view draws: undecoded, as a recorder would, so that the view reads it as it reads a bag."""

from collections.abc import Callable
from dataclasses import dataclass

from rclpy.node import Node
from rclpy.qos import QoSProfile, ReliabilityPolicy
from rclpy.subscription import Subscription

from diffpol_ros.nodes.quality import IMAGES
from diffpol_ros.nodes.recorded_topics import message_type
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.image_topics import camera_of

DEPTH = 500


@dataclass(frozen=True, eq=False)
class _Tap:
    type_name: str
    subscription: Subscription


class ViewListener:
    """Subscribes to each topic that can be drawn once it has a publisher; nothing needs to spin."""

    def __init__(self, node: Node, wanted: Callable[[str], bool]) -> None:
        """Listen for `node` to the topics whose full names are `wanted`."""
        self._node, self._wanted = node, wanted
        self._taps: dict[str, _Tap] = {}

    @property
    def cameras(self) -> dict[str, str]:
        """Return the camera of each topic with images."""
        return {topic: name for topic in self._taps if (name := camera_of(topic))}

    def __len__(self) -> int:
        """Return how many topics are listened to."""
        return len(self._taps)

    def discover(self) -> None:
        """Subscribe to what has appeared since the last call."""
        for topic, types in self._node.get_topic_names_and_types():
            if topic not in self._taps and len(types) == 1 and self._wanted(topic):
                self._subscribe(topic, types[0])

    def take(self) -> list[Record]:
        """Return what has arrived, in the order of its sending; of each camera the newest image only."""
        found: list[Record] = []
        for topic, tap in self._taps.items():
            records = _taken(topic, tap)
            found += records[-1:] if camera_of(topic) else records
        return sorted(found, key=lambda record: record.published_ns)

    def close(self) -> None:
        """Listen to nothing."""
        while self._taps:
            self._node.destroy_subscription(self._taps.popitem()[1].subscription)

    def _subscribe(self, topic: str, type_name: str) -> None:
        offered = [each.qos_profile for each in self._node.get_publishers_info_by_topic(topic)]
        if not offered:
            return
        reliable = all(each.reliability == ReliabilityPolicy.RELIABLE for each in offered)
        reliability = ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT
        quality = IMAGES if camera_of(topic) else QoSProfile(depth=DEPTH, reliability=reliability)
        subscription = self._node.create_subscription(message_type(type_name), topic, _nothing, quality, raw=True)
        self._taps[topic] = _Tap(type_name, subscription)


def _taken(topic: str, tap: _Tap) -> list[Record]:
    found: list[Record] = []
    handle = tap.subscription.handle
    with handle:
        while (taken := handle.take_message(tap.subscription.msg_type, True)) is not None:
            data, info = taken
            received, sent = info["received_timestamp"], info["source_timestamp"]
            found.append(Record(topic, tap.type_name, received, sent, data))
    return found


def _nothing(_: bytes) -> None:
    """Stand where rclpy wants a callback."""

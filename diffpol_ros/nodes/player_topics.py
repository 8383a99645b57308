"""The publishers of a bag that is played, and /clock."""

import re

from rclpy.node import Node
from rclpy.qos import QoSProfile
from rosgraph_msgs.msg import Clock

from diffpol_ros.nodes.messages import to_stamp
from diffpol_ros.nodes.quality import EVENTS, RECORDED_EVENTS, RECORDED_STATES
from diffpol_ros.nodes.recorded_topics import RECORDED_IMAGES, message_type
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.images import image_as_sent
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE
from diffpol_ros.replay.playback import Tick
from diffpol_ros.replay.played_topics import HAND, JOINTS, PlayedTopics

CLOCK = "/clock"


class PlayerTopics:
    """Sends what is due: the bytes of a message as they were sent, or the time."""

    def __init__(self, node: Node, played: PlayedTopics) -> None:
        """Publish as `node`, below its namespace."""
        self._node, self._names = node, played.names
        # As deep as a recorder: a step of the player may send several of one topic at once.
        self._messages = {
            name: node.create_publisher(message_type(kind), name, quality_of(name))
            for name, kind in played.types.items()
        }
        self._time = node.create_publisher(Clock, CLOCK, EVENTS)

    def send(self, due: Tick | Record) -> None:
        """Publish it; a message that is not played is left out."""
        if isinstance(due, Tick):
            self._time.publish(Clock(clock=to_stamp(due.clock_ns)))
        elif due.topic in self._names:
            self._messages[self._names[due.topic]].publish(_as_sent(due))

    @property
    def heard(self) -> bool:
        """Return whether anybody listens to the robot's state."""
        return all(self._messages[name].get_subscription_count() for name in (JOINTS, HAND))

    def rivals(self) -> list[str]:
        """Return the topics that somebody else publishes too."""
        return [name for name in (CLOCK, *self._messages) if self._node.count_publishers(name) > 1]

    def close(self) -> None:
        """Publish no more."""
        for publisher in (self._time, *self._messages.values()):
            self._node.destroy_publisher(publisher)


def _as_sent(record: Record) -> bytes:
    return image_as_sent(record) if record.type_name == COMPRESSED_IMAGE else bytes(record.data)


def quality_of(name: str) -> QoSProfile:
    """Return the quality of service of a topic that is played."""
    if name.startswith("camera/"):
        return RECORDED_IMAGES
    return RECORDED_EVENTS if re.match("objects/|gate$", name) else RECORDED_STATES

"""Listens to the cameras of the graph that this shell joins: their images' rate, size and age. Prints JSON."""

import json
import statistics
import time
from dataclasses import dataclass, field

from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image

from diffpol_ros.nodes.messages import from_stamp
from diffpol_ros.nodes.quality import IMAGES
from diffpol_ros.nodes.session import ros_node
from diffpol_ros.replay.image_topics import camera_of
from diffpol_ros.replay.message_types import IMAGE

DISCOVERY_S, LISTEN_S = 8.0, 3.0
"""For the first, which may miss a word of DDS and hear the next one 3 s later; after the last that appeared."""


@dataclass
class Camera:
    """What came of one camera. arrived [s]; ages: since the stamp [s]."""

    width: int = 0
    height: int = 0
    arrived: list[float] = field(default_factory=list)
    ages: list[float] = field(default_factory=list)

    def take(self, image: Image) -> None:
        """Note an image."""
        self.width, self.height = image.width, image.height
        self.arrived.append(time.monotonic())
        self.ages.append(1e-9 * (time.time_ns() - from_stamp(image.header.stamp)))

    def told(self) -> dict[str, float]:
        """Return size, images, their rate [1/s] and age [s]; none of the last two where they cannot be told."""
        found: dict[str, float] = {"width": self.width, "height": self.height, "images": len(self.arrived)}
        if len(self.arrived) > 1:
            found["rate"] = (len(self.arrived) - 1) / (self.arrived[-1] - self.arrived[0])
            found["age"] = statistics.median(self.ages)
        return found


def probe(node: Node) -> dict[str, dict[str, float]]:
    """Return what came to `node`, by the cameras' names; those with no image while it was listened are among them."""
    cameras = dict[str, Camera]()
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    until = time.monotonic() + DISCOVERY_S
    while time.monotonic() < until:
        if _discover(node, cameras):
            until = time.monotonic() + LISTEN_S
        executor.spin_once(timeout_sec=0.1)
    return {name: camera.told() for name, camera in cameras.items()}


def _discover(node: Node, cameras: dict[str, Camera]) -> bool:
    """Listen to what has appeared; return whether anything has."""
    before = len(cameras)
    for topic, types in node.get_topic_names_and_types():
        name = camera_of(topic)
        if name and name not in cameras and types == [IMAGE] and node.count_publishers(topic):
            cameras[name] = Camera()
            node.create_subscription(Image, topic, cameras[name].take, IMAGES)
    return len(cameras) > before


def main() -> None:
    """Print it."""
    with ros_node("camera_probe") as node:
        print(json.dumps(probe(node)))


if __name__ == "__main__":
    main()

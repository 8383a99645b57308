"""A robot's traffic, for the recorder's benchmark: two cameras, joint states at 1 kHz, a gate at 100 Hz.

Numbers the messages of each topic in their frame_id. Publishes until it is told to end by SIGTERM.
"""

import signal
import time
from collections import Counter

import numpy as np
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import CameraInfo, Image, JointState

from diffpol_ros.nodes.quality import EVENTS, IMAGES, STATES

WIDTH, HEIGHT, KINDS = 640, 480, 6
SENSOR_NOISE = 2.0
"""Standard deviation [grey levels], as the twin's cameras have: noise is what does not compress."""
RATES_HZ = {"joint_states": 1000.0, "gate": 100.0, "camera/front/image_raw": 15.0, "camera/side/image_raw": 12.0}


def images(seed: int) -> list[Image]:
    """Return images of a smooth scene with edges, each with a noise of its own."""
    random = np.random.default_rng(seed)
    across, down = np.meshgrid(np.linspace(0.0, 1.0, WIDTH), np.linspace(0.0, 1.0, HEIGHT))
    scene = np.stack([90 + 80 * across, 120 + 60 * down, 140 - 50 * across * down], axis=-1)
    for _ in range(12):
        left, top = random.integers(0, WIDTH - 80), random.integers(0, HEIGHT - 80)
        scene[top : top + 80, left : left + 80] = random.uniform(20, 230, 3)
    return [_image(scene + random.normal(0.0, SENSOR_NOISE, scene.shape)) for _ in range(KINDS)]


def _image(scene: np.ndarray) -> Image:
    pixels = np.clip(np.rint(scene), 0, 255).astype(np.uint8)
    return Image(height=HEIGHT, width=WIDTH, encoding="rgb8", step=3 * WIDTH, data=pixels.tobytes())


class Talker:
    """Sends each topic when it is due."""

    def __init__(self, node: Node) -> None:
        """Publish with `node`."""
        self.sent: Counter[str] = Counter()
        self._node = node
        names = [f"panda_joint{joint}" for joint in range(1, 8)]
        zeros = [0.1234567 * joint for joint in range(7)]
        status = DiagnosticStatus(name="gate", message="command", values=[KeyValue(key="speed", value="0.1234")] * 12)
        self._messages = {
            "joint_states": [JointState(name=names, position=zeros, velocity=zeros, effort=zeros)],
            "gate": [DiagnosticArray(status=[status])],
            "camera/front/image_raw": images(1),
            "camera/side/image_raw": images(2),
        }
        quality = {"joint_states": STATES, "gate": EVENTS}
        self._publishers = {
            topic: node.create_publisher(type(found[0]), topic, quality.get(topic, IMAGES))
            for topic, found in self._messages.items()
        }
        self._infos = [node.create_publisher(CameraInfo, f"camera/{name}/camera_info", IMAGES) for name in ("front",)]

    def send(self, topic: str) -> None:
        """Send the next message of `topic`."""
        found = self._messages[topic]
        message = found[self.sent[topic] % len(found)]
        message.header.stamp = self._node.get_clock().now().to_msg()
        message.header.frame_id = str(self.sent[topic])
        self._publishers[topic].publish(message)
        self.sent[topic] += 1


def main() -> None:
    """Send until SIGTERM."""
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    talker = Talker(rclpy.create_node("talker"))
    due = dict.fromkeys(RATES_HZ, time.monotonic())
    while not ended:
        topic = min(due, key=lambda each: due[each])
        time.sleep(max(0.0, due[topic] - time.monotonic()))
        talker.send(topic)
        due[topic] += 1.0 / RATES_HZ[topic]
    rclpy.try_shutdown()


if __name__ == "__main__":
    main()

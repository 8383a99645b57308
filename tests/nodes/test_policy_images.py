"""The newest image of each camera reaches the policy as RGB, with its exposure's stamp."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402

from diffpol_ros.nodes.messages import to_image_message  # noqa: E402
from diffpol_ros.nodes.policy_images import PolicyImages  # noqa: E402
from diffpol_ros.nodes.quality import IMAGES  # noqa: E402
from diffpol_ros.policy.manifest.networks import ImageEncoder  # noqa: E402

pytestmark = pytest.mark.ros
DEADLINE_S = 20.0
ENCODERS = tuple(ImageEncoder(camera, f"{camera}.onnx", 4, 4, 2) for camera in ("front", "hand"))
RED = np.full((5, 7, 3), (255, 10, 0), np.uint8)


class Graph:
    """A policy's images beside the cameras' drivers, on one executor."""

    def __init__(self) -> None:
        self.node = Node("sees", use_global_arguments=False)
        self.driver = Node("driver", use_global_arguments=False)
        self.complaints: list[str] = []
        self.images = PolicyImages(self.node, ENCODERS, self.complaints.append)
        self._cameras = {
            each.camera: self.driver.create_publisher(Image, f"camera/{each.camera}/image_raw", IMAGES)
            for each in ENCODERS
        }
        self._executor = SingleThreadedExecutor()
        for node in (self.node, self.driver):
            self._executor.add_node(node)

    def until(self, done: Callable[[], bool], camera: str, message: Image) -> None:
        """Send `message` again and again until `done`, or fail at the deadline: images may be lost."""
        deadline = time.monotonic() + DEADLINE_S
        while not done():
            assert time.monotonic() < deadline, f"waited {DEADLINE_S} s"
            self.send(camera, message)
            self._executor.spin_once(timeout_sec=0.05)

    def send(self, camera: str, message: Image) -> None:
        """Publish an image once."""
        self._cameras[camera].publish(message)

    def close(self) -> None:
        """End both nodes."""
        self.images.close()
        self._executor.shutdown()
        for node in (self.node, self.driver):
            node.destroy_node()


@pytest.fixture
def graph() -> Iterator[Graph]:
    rclpy.init()
    graph = Graph()
    yield graph
    graph.close()
    rclpy.try_shutdown()


def test_the_newest_image_of_each_camera_counts(graph: Graph):
    def stamp_of(camera: str) -> int | None:
        image = graph.images.newest.get(camera)
        return image.stamp_ns if image else None

    graph.until(lambda: stamp_of("front") == 2_000, "front", to_image_message(RED, 2_000, "front"))
    graph.until(lambda: stamp_of("hand") == 1_500, "hand", to_image_message(RED[:, :, 0], 1_500, "hand"))
    assert np.array_equal(graph.images.newest["front"].pixels, RED)
    assert np.array_equal(graph.images.newest["hand"].pixels, np.full((5, 7, 3), 255, np.uint8))
    graph.send("front", to_image_message(RED, 1_000, "front"))
    graph.until(lambda: stamp_of("hand") == 3_000, "hand", to_image_message(RED, 3_000, "hand"))
    assert stamp_of("front") == 2_000
    graph.until(lambda: stamp_of("front") == 3_000, "front", to_image_message(RED, 3_000, "front"))
    graph.images.reset(5_000)
    assert graph.images.newest == {}
    graph.until(lambda: stamp_of("front") is not None, "front", to_image_message(RED, 5_000, "front"))


def test_what_is_no_image_is_complained_of(graph: Graph):
    wrong = to_image_message(RED, 1_000, "front")
    wrong.encoding = "bayer_rggb8"
    graph.until(lambda: bool(graph.complaints), "front", wrong)
    assert "camera front: image encoding 'bayer_rggb8' is not supported" in graph.complaints[0]
    assert graph.images.newest == {}

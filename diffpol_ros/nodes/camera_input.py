"""The images of the stage's cameras and what their drivers say of them."""

from collections.abc import Iterable
from functools import partial

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.estimation.journaled import Journaled
from diffpol_ros.estimation.look import Frame
from diffpol_ros.nodes.messages import from_image_message, from_stamp
from diffpol_ros.nodes.quality import IMAGES


class CameraInput:
    """Hands on each frame of each camera with the time of its arrival; what is no image is told to the stage."""

    def __init__(self, node: Node, cameras: Iterable[str], stage: Journaled) -> None:
        """Subscribe `node` to each of `cameras`, for `stage`."""
        self._node, self._stage = node, stage
        self.active = False
        self._subscriptions = [
            node.create_subscription(kind, f"camera/{name}/{topic}", partial(callback, name), IMAGES)
            for name in cameras
            for kind, topic, callback in (
                (CameraInfo, "camera_info", self._on_info),
                (Image, "image_raw", self._on_image),
            )
        ]

    def close(self) -> None:
        """Unsubscribe."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _on_info(self, camera: str, message: CameraInfo) -> None:
        self._stage.info(camera, message.width, message.height, _numbers(message.k), _numbers(message.d))

    def _on_image(self, camera: str, message: Image) -> None:
        if not self.active:
            return
        stamp_ns, now_ns = from_stamp(message.header.stamp), self._node.get_clock().now().nanoseconds
        try:
            pixels = from_image_message(message)
        except DiffpolError as error:
            self._stage.refuse(camera, stamp_ns, f"camera {camera}: {error}", now_ns)
            return
        self._stage.offer(Frame(camera, stamp_ns, pixels, message.encoding), now_ns)


def _numbers(values: Iterable[float]) -> tuple[float, ...]:
    return tuple(map(float, values))

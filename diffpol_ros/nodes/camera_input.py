"""The images of the stage's cameras and what their drivers say of them."""

from collections.abc import Callable
from functools import partial

from rclpy.node import Node
from sensor_msgs.msg import CameraInfo, Image

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.estimation.stage import EstimationStage, Frame, Look
from diffpol_ros.nodes.messages import from_image_message, from_stamp
from diffpol_ros.nodes.quality import IMAGES


class CameraInput:
    """Hands on each frame of each camera with the time of its arrival; what is no image is told to the stage."""

    def __init__(self, node: Node, stage: EstimationStage, offer: Callable[[Frame, int], object]) -> None:
        """Subscribe `node`; `offer` takes a frame and now in [ns]."""
        self._node, self._stage, self._offer = node, stage, offer
        self.active = False
        self._subscriptions = [
            node.create_subscription(kind, f"camera/{name}/{topic}", partial(callback, name), IMAGES)
            for name in stage.eyes
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
        self._stage.take_info(camera, message.width, message.height, tuple(message.k), tuple(message.d))

    def _on_image(self, camera: str, message: Image) -> None:
        if not self.active:
            return
        stamp_ns, now_ns = from_stamp(message.header.stamp), self._node.get_clock().now().nanoseconds
        try:
            pixels = from_image_message(message)
        except DiffpolError as error:
            self._stage.absorb(Look(camera, stamp_ns, None, f"camera {camera}: {error}"), now_ns)
            return
        self._offer(Frame(camera, stamp_ns, pixels, message.encoding), now_ns)

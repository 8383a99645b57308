"""The images a policy looks through: the newest of each camera, with its exposure's stamp."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from rclpy.node import Node
from sensor_msgs.msg import Image

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.types import CameraImage
from diffpol_ros.nodes.messages import from_image_message, from_stamp
from diffpol_ros.nodes.quality import IMAGES
from diffpol_ros.policy.images import rgb
from diffpol_ros.policy.manifest.networks import ImageEncoder


class PolicyImages:
    """The subscriptions of a policy's image encoders; what is no image is complained of."""

    def __init__(self, node: Node, encoders: Iterable[ImageEncoder], complain: Callable[[str], None]) -> None:
        """Subscribe `node` to camera/<name>/image_raw of each encoder; none where there is none."""
        self._node, self._complain = node, complain
        self._newest: dict[str, CameraImage] = {}
        self._since_ns = 0
        self._subscriptions = [
            node.create_subscription(
                Image, f"camera/{encoder.camera}/image_raw", partial(self._on_image, encoder.camera), IMAGES
            )
            for encoder in encoders
        ]

    @property
    def newest(self) -> Mapping[str, CameraImage]:
        """Return the newest image of each camera that has sent one since the reset."""
        return dict(self._newest)

    def reset(self, now_ns: int) -> None:
        """Forget every image exposed before `now_ns`."""
        self._newest.clear()
        self._since_ns = now_ns

    def close(self) -> None:
        """Unsubscribe."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _on_image(self, camera: str, message: Image) -> None:
        stamp_ns = from_stamp(message.header.stamp)
        known = self._newest.get(camera)
        if stamp_ns < (known.stamp_ns if known else self._since_ns):
            return
        try:
            self._newest[camera] = CameraImage(stamp_ns, rgb(from_image_message(message), message.encoding))
        except DiffpolError as error:
            self._complain(f"camera {camera}: {error}")

"""Listening without decoding: what was sent is what is read."""

import time

import numpy as np
import pytest

pytest.importorskip("rclpy")

from sensor_msgs.msg import Image, JointState

from diffpol_ros.cli.view import View
from diffpol_ros.cli.view_live import is_drawn
from diffpol_ros.nodes.messages import header, to_image_message
from diffpol_ros.nodes.quality import IMAGES, STATES
from diffpol_ros.nodes.session import ros_node
from diffpol_ros.nodes.view_listener import ViewListener
from diffpol_ros.replay.bag_reader import Record
from diffpol_ros.replay.gathering import gather
from diffpol_ros.replay.images import pixels_of

pytestmark = pytest.mark.ros
DEADLINE_S = 10.0


def test_states_and_the_newest_image_come_as_records_of_a_bag() -> None:
    with ros_node("talker", "lab") as node:
        joints = node.create_publisher(JointState, "joint_states", STATES)
        images = node.create_publisher(Image, "camera/front/image_raw", IMAGES)
        node.create_publisher(Image, "elsewhere", IMAGES)
        listener = ViewListener(node, lambda topic: is_drawn(View(namespace="lab"), topic))
        records: list[Record] = []
        begin = time.monotonic()
        count = 0
        while len({each.topic for each in records}) < 2 and time.monotonic() - begin < DEADLINE_S:
            count += 1
            joints.publish(JointState(header=header(count, ""), position=[float(count)] * 9))
            images.publish(to_image_message(np.full((4, 6, 3), count, np.uint8), count, ""))
            listener.discover()
            records += listener.take()
            time.sleep(0.02)
        assert listener.cameras == {"/lab/camera/front/image_raw": "front"} and len(listener) == 2
        listener.close()
    run = gather(records, "lab")
    assert run.images["front"] >= 1 and (run.joints.positions[:, 0] == run.joints.stamps_ns).all()
    image = next(each for each in records if "camera" in each.topic)
    assert (pixels_of(image) == image.message.header.stamp.nanosec).all()


@pytest.mark.parametrize(
    ("topic", "rate", "drawn"),
    [
        ("/lab/gate", 10.0, True),
        ("/lab/objects/block/pose", 10.0, True),
        ("/gate", 10.0, False),
        ("/lab/camera/front/image_raw", 10.0, True),
        ("/lab/camera/front/image_raw", 0.0, False),
        ("/lab/parameter_events", 10.0, False),
    ],
)
def test_only_what_can_be_drawn_is_listened_to(topic: str, rate: float, drawn: bool) -> None:
    assert is_drawn(View(namespace="lab", image_rate=rate), topic) is drawn

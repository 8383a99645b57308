"""`diffpol record` on a running graph: what is said is in the bag, with the parameters of who said it."""

import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("rclpy")

from sensor_msgs.msg import Image
from std_msgs.msg import String

from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.nodes.graph_recorder import GraphRecorder
from diffpol_ros.nodes.messages import to_image_message
from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.nodes.session import ros_node
from diffpol_ros.nodes.topic_choice import TopicChoice
from diffpol_ros.replay.about import read_about
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.images import pixels_as_sent
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros")]
DEADLINE_S = 20.0


def test_what_a_graph_says_is_recorded_with_its_parameters(tmp_path: Path) -> None:
    with ros_node("talker") as node:
        node.declare_parameter("volume", 11)
        publisher = node.create_publisher(String, "say", EVENTS)
        recording = GraphRecorder(node, tmp_path / "bag", TopicChoice(("say",)), 1 << 20)
        recording.record(1.0, lambda _: None)  # found, heard
        for index in range(20):
            publisher.publish(String(data=str(index)))
        recording.record(2.0, lambda _: None)
        recording.close()
    bag = BagReader(tmp_path / "bag")
    assert [record.message.data for record in bag.records(["/say"])] == [str(index) for index in range(20)]
    about = read_about(bag)
    assert about is not None
    assert about.nodes["/talker"]["volume"] == 11
    assert not bag.complaints


def test_images_of_any_graph_are_packed_when_asked(tmp_path: Path) -> None:
    with ros_node("eye") as node:
        publisher = node.create_publisher(Image, "eye/image_rect", EVENTS)
        recording = GraphRecorder(node, tmp_path / "bag", TopicChoice(), 1 << 20, packing=ImageFormat("png"))
        deadline = time.monotonic() + DEADLINE_S
        while not publisher.get_subscription_count() and time.monotonic() < deadline:
            recording.record(0.1, lambda _: None)
        publisher.publish(to_image_message(np.full((4, 6), 9, np.uint8), 7, "optical"))
        while not recording.taps.arrived("/eye/image_rect") and time.monotonic() < deadline:
            recording.record(0.1, lambda _: None)
        recording.close()
    (record,) = BagReader(tmp_path / "bag").records(["/eye/image_rect", "/eye/image_rect/compressed"])
    pixels, encoding = pixels_as_sent(record)
    assert record.type_name == COMPRESSED_IMAGE
    assert encoding == "mono8" and pixels.shape == (4, 6) and (pixels == 9).all()

"""`diffpol record` on a running graph: what is said is in the bag, with the parameters of who said it."""

from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from std_msgs.msg import String

from diffpol_ros.nodes.graph_recorder import GraphRecorder
from diffpol_ros.nodes.quality import EVENTS
from diffpol_ros.nodes.session import ros_node
from diffpol_ros.nodes.topic_choice import TopicChoice
from diffpol_ros.replay.about import read_about
from diffpol_ros.replay.bag_reader import BagReader

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros")]


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

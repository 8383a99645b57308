"""Which topics of a running graph are recorded, and what is said of those that cannot be."""

from dataclasses import dataclass, field
from typing import Any

import pytest

pytest.importorskip("rclpy")

import sensor_msgs.msg
import std_msgs.msg
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy

from diffpol_ros.core.image_format import AS_SENT, ImageFormat
from diffpol_ros.nodes.message_definitions import definition, find_schema
from diffpol_ros.nodes.offered_quality import as_rosbag2, hearing_all
from diffpol_ros.nodes.topic_choice import TopicChoice, TopicFinder
from diffpol_ros.replay.message_types import COMPRESSED_IMAGE, IMAGE
from diffpol_ros.replay.schemas import schema_from_text, schema_of

TEXT = "std_msgs/msg/String"
RELIABLE, BEST_EFFORT = (
    QoSProfile(depth=1, reliability=policy) for policy in (ReliabilityPolicy.RELIABLE, ReliabilityPolicy.BEST_EFFORT)
)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


@dataclass
class FakePublisher:
    """A publisher as the graph tells of it."""

    qos_profile: QoSProfile = field(default_factory=lambda: RELIABLE)
    topic_type_hash: str = ""


@dataclass
class FakeNode:
    """A graph of these topics: name to types and publishers."""

    topics: dict[str, tuple[list[str], list[FakePublisher]]]

    def get_topic_names_and_types(self) -> list[tuple[str, list[str]]]:
        return [(name, types) for name, (types, _) in self.topics.items()]

    def get_publishers_info_by_topic(self, topic: str) -> list[FakePublisher]:
        return self.topics[topic][1]


def found(node: Any, choice: TopicChoice | None = None, packing: ImageFormat = AS_SENT) -> tuple[list[str], list[str]]:
    """Return what is found, and what is said."""
    said: list[str] = []
    finder = TopicFinder(node, choice or TopicChoice(), said.append, packing)
    names = [topic.name for _, topic in finder.found()]
    assert not list(finder.found())
    return names, said


@pytest.mark.parametrize(
    ("choice", "taken"),
    [
        (TopicChoice(), ["/gate", "/camera/front/image_raw"]),
        (TopicChoice(("gate",)), ["/gate"]),
        (TopicChoice(("/camera/*",)), ["/camera/front/image_raw"]),
        (TopicChoice(unwanted=("*image_raw",)), ["/gate"]),
        (TopicChoice(("/arm/_action/status",)), ["/arm/_action/status"]),
    ],
)
def test_topics_are_chosen_as_files_are_in_a_shell(choice: TopicChoice, taken: list[str]) -> None:
    names = ("/gate", "/camera/front/image_raw", "/arm/_action/status")
    assert [name for name in names if choice.takes(name)] == taken


def test_a_topic_is_recorded_once_somebody_publishes_it() -> None:
    node = FakeNode({"/say": ([TEXT], []), "/shout": ([TEXT], [FakePublisher()])})
    said: list[str] = []
    finder = TopicFinder(node, TopicChoice(), said.append)  # type: ignore[arg-type]
    assert [topic.name for _, topic in finder.found()] == ["/shout"]
    node.topics["/say"][1].append(FakePublisher(BEST_EFFORT))
    ((source, topic),) = finder.found()
    assert topic.name == "/say"
    assert source.quality.reliability == ReliabilityPolicy.BEST_EFFORT
    assert "reliability: 2" in topic.quality
    assert not said


def test_a_type_that_is_not_installed_is_named() -> None:
    names, said = found(FakeNode({"/grip": (["own_msgs/msg/Grip"], [FakePublisher()])}))
    assert not names
    assert "/grip is not recorded: message type own_msgs/msg/Grip: its package is not installed" in said[0]


def test_images_to_be_packed_take_the_place_of_the_drivers_own() -> None:
    publishers = [FakePublisher()]
    node: Any = FakeNode({"/eye/compressed": ([COMPRESSED_IMAGE], publishers), "/eye": ([IMAGE], publishers)})
    assert found(node) == (["/eye", "/eye/compressed"], [])
    names, said = found(node, packing=ImageFormat("png"))
    assert names == ["/eye"]
    assert said == ["/eye/compressed is not recorded: the packed images of /eye stand under this name"]
    names, said = found(node, TopicChoice(unwanted=("/eye",)), ImageFormat("png"))
    assert (names, said) == (["/eye/compressed"], [])


def test_images_that_appear_after_their_compressed_ones_are_stored_as_they_are_sent() -> None:
    node: Any = FakeNode({"/eye/compressed": ([COMPRESSED_IMAGE], [FakePublisher()])})
    said: list[str] = []
    finder = TopicFinder(node, TopicChoice(), said.append, ImageFormat("png"))
    assert [topic.name for _, topic in finder.found()] == ["/eye/compressed"]
    node.topics["/eye"] = ([IMAGE], [FakePublisher()])
    ((_, topic),) = finder.found()
    assert topic.name == "/eye" and not topic.packed
    assert said == ["/eye is stored as it is sent: somebody else's /eye/compressed is recorded already"]


def test_two_types_on_one_topic_are_named() -> None:
    _, said = found(FakeNode({"/say": ([TEXT, "std_msgs/msg/Char"], [FakePublisher()])}))
    assert "use several types, std_msgs/msg/Char, std_msgs/msg/String" in said[0]


def test_a_publisher_of_another_definition_is_recorded_and_named() -> None:
    other = "RIHS01_" + "0" * 64
    names, said = found(FakeNode({"/say": ([TEXT], [FakePublisher(topic_type_hash=other)])}))
    assert names == ["/say"]
    assert f"is another than the one installed here ({other}" in said[0]


def test_a_subscription_hears_the_least_that_is_offered() -> None:
    assert hearing_all([RELIABLE, BEST_EFFORT], images=False).reliability == ReliabilityPolicy.BEST_EFFORT
    assert hearing_all([LATCHED], images=False).durability == DurabilityPolicy.TRANSIENT_LOCAL
    assert hearing_all([LATCHED, RELIABLE], images=False).durability == DurabilityPolicy.VOLATILE


def test_qualities_are_written_as_rosbag2_does() -> None:
    from rosbags.rosbag2.metadata import parse_qos

    (told,) = parse_qos(as_rosbag2([LATCHED]))
    assert told.durability.name == "TRANSIENT_LOCAL"
    assert told.reliability.name == "RELIABLE"
    assert as_rosbag2([]) == ""


@pytest.mark.parametrize("name", ["JointState", "Image", "CameraInfo", "PointCloud2", "BatteryState"])
def test_a_class_tells_the_definition_that_its_file_does(name: str) -> None:
    full = f"sensor_msgs/msg/{name}"
    told = definition(full, getattr(sensor_msgs.msg, name))
    assert schema_from_text(full, told).digest == schema_of(full).digest


def test_a_standard_type_needs_no_class() -> None:
    assert find_schema(TEXT) == schema_of(TEXT)
    assert std_msgs.msg.String().data == ""

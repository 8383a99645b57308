"""The recorder keeps what was published, and when."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from rclpy.serialization import deserialize_message  # noqa: E402
from sensor_msgs.msg import Image, JointState  # noqa: E402

from diffpol_ros.core.errors import ResourceError, SettingsError  # noqa: E402
from diffpol_ros.nodes.messages import to_image_message  # noqa: E402
from diffpol_ros.nodes.quality import RECORDED_STATES  # noqa: E402
from diffpol_ros.nodes.recorder_node import RecorderNode, RecorderParameters, sources  # noqa: E402
from diffpol_ros.replay.bag_reader import BagReader  # noqa: E402
from diffpol_ros.replay.images import image_as_sent  # noqa: E402

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros")]


def spin(executor: SingleThreadedExecutor, done: Callable[[], bool], deadline_s: float = 20.0) -> None:
    deadline = time.monotonic() + deadline_s
    while not done():
        assert time.monotonic() < deadline, "did not happen in time"
        executor.spin_once(timeout_sec=0.05)


@pytest.fixture
def ros(tmp_path: Path, request: pytest.FixtureRequest):
    given = getattr(request, "param", ("image_stride:=2",))
    words = [word for parameter in (f"bag_folder:={tmp_path / 'bag'}", *given) for word in ("-p", parameter)]
    rclpy.init(args=["--ros-args", *words])
    executor = SingleThreadedExecutor()
    recorder, talker = RecorderNode(), Node("talker")
    executor.add_node(recorder)
    executor.add_node(talker)
    yield executor, recorder, talker
    executor.shutdown()
    talker.destroy_node()
    recorder.close()
    rclpy.try_shutdown()


def test_messages_are_kept_with_their_publication_times(ros, tmp_path: Path) -> None:  # noqa: ANN001
    executor, recorder, talker = ros
    recorder.start()
    publisher = talker.create_publisher(JointState, "joint_states", RECORDED_STATES)
    spin(executor, lambda: publisher.get_subscription_count() > 0)
    sent = [JointState(name=["a"], position=[float(index)]) for index in range(50)]
    start_ns = time.time_ns()
    for message in sent:
        publisher.publish(message)
    spin(executor, lambda: recorder.report().values["received"] >= 50)
    recorder.close()
    records = list(BagReader(tmp_path / "bag").records(["/joint_states"]))
    assert [deserialize_message(record.data, JointState) for record in records] == sent
    assert all(start_ns <= record.published_ns <= record.log_ns for record in records)


def test_every_second_image_is_kept_when_asked(ros, tmp_path: Path) -> None:  # noqa: ANN001
    executor, recorder, talker = ros
    recorder.start()
    publisher = talker.create_publisher(Image, "camera/front/image_raw", RECORDED_STATES)
    spin(executor, lambda: publisher.get_subscription_count() > 0)
    taken: list[int] = []
    for index in range(10):
        publisher.publish(Image(height=index))
        before = recorder.received_of("camera/front/image_raw")
        spin(executor, lambda before=before: recorder.received_of("camera/front/image_raw") > before)
        taken.append(index)
    recorder.close()
    heights = [record.message.height for record in BagReader(tmp_path / "bag").records(["/camera/front/image_raw"])]
    assert heights == taken[::2]


@pytest.mark.parametrize("ros", [("image_format:=png",)], indirect=True)
def test_images_are_packed_when_asked_and_come_back_as_they_were(ros, tmp_path: Path) -> None:  # noqa: ANN001
    executor, recorder, talker = ros
    recorder.start()
    publisher = talker.create_publisher(Image, "camera/front/image_raw", RECORDED_STATES)
    spin(executor, lambda: publisher.get_subscription_count() > 0)
    pixels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), np.uint8)
    sent = to_image_message(pixels, 7, "optical")
    publisher.publish(sent)
    spin(executor, lambda: recorder.received_of("camera/front/image_raw") == 1)
    recorder.close()
    bag = BagReader(tmp_path / "bag")
    (record,) = bag.records(["/camera/front/image_raw", "/camera/front/image_raw/compressed"])
    assert record.message.format == "rgb8; png compressed bgr8"
    assert deserialize_message(image_as_sent(record), Image) == sent


@pytest.mark.parametrize(
    ("ros", "named"),
    [
        (("image_format:=gif",), "image_format is 'gif', expected one of raw, png, jpeg"),
        (("image_format:=jpeg", "jpeg_quality:=101"), "jpeg_quality"),
        (("jpeg_quality:=0",), "jpeg_quality"),
    ],
    indirect=["ros"],
)
def test_a_format_that_is_none_stops_the_start(ros, named: str, tmp_path: Path) -> None:  # noqa: ANN001
    with pytest.raises(SettingsError, match=named):
        ros[1].start()
    assert not (tmp_path / "bag").exists()


def test_an_existing_bag_stops_the_start(ros, tmp_path: Path) -> None:  # noqa: ANN001
    (tmp_path / "bag").mkdir()
    with pytest.raises(ResourceError, match="never overwritten"):
        ros[1].start()


def test_every_object_and_camera_has_its_topics() -> None:
    topics = {each.topic for each in sources(RecorderParameters("bag", ("left",), ("cup",), ("left",)))}
    assert {"camera/left/image_raw", "camera/left/camera_info", "objects/cup/pose", "twin/truth/cup"} <= topics
    assert "camera/front/image_raw" not in topics


def test_without_images_there_are_none() -> None:
    topics = {each.topic for each in sources(RecorderParameters("bag", image_stride=0))}
    assert not any(topic.endswith("image_raw") for topic in topics)

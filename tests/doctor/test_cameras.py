"""Cameras are held against their calibration, as they publish now."""

from pathlib import Path

import pytest

from diffpol_ros.core.resources import resource_root
from diffpol_ros.doctor import asking
from diffpol_ros.doctor.cameras import cameras, judged
from diffpol_ros.doctor.finding import Health
from diffpol_ros.estimation.calibration import load_camera

FRONT = load_camera("front")
GOOD = {"width": FRONT.width, "height": FRONT.height, "images": 90, "rate": 30.0, "age": 0.03}


@pytest.mark.parametrize(
    ("heard", "health", "words"),
    [
        ({}, Health.WELL, "30.0 images/s, 30 ms old"),
        ({"images": 0}, Health.ILL, "none came"),
        ({"width": 320}, Health.ILL, f"320x{FRONT.height}, but its calibration is for"),
        ({"rate": 2.0}, Health.WARNING, "2.0 images/s"),
        ({"age": 0.5}, Health.WARNING, "500 ms old"),
        ({"age": -0.1}, Health.WARNING, "-100 ms old"),
    ],
)
def test_each_fault_of_a_camera_is_told_with_its_cure(heard: dict[str, float], health: Health, words: str) -> None:
    found = judged("front", {**GOOD, **heard}, FRONT)
    assert found.thing == "camera front" and found.health is health and words in found.what
    assert bool(found.cure) == (health is not Health.WELL)


def test_a_camera_of_one_image_has_no_rate_and_one_without_a_file_is_not_calibrated() -> None:
    one = {"width": FRONT.width, "height": FRONT.height, "images": 1}
    assert "one image" in judged("front", one, FRONT).what
    assert "not calibrated" in judged("kitchen", GOOD, None).what


def test_where_ros_cannot_be_asked_that_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(asking, "TIMEOUT_S", 0.01)
    (found,) = cameras(tmp_path)
    assert found.health is Health.WARNING and "did not answer" in found.what


@pytest.mark.ros
def test_those_that_publish_are_heard_and_those_that_do_not_are_missed(tmp_path: Path) -> None:
    rclpy = pytest.importorskip("rclpy")
    from rclpy.executors import SingleThreadedExecutor
    from sensor_msgs.msg import Image

    from diffpol_ros.nodes.quality import IMAGES
    from diffpol_ros.nodes.spinner import Spinner

    rclpy.init()
    node = rclpy.create_node("driver", use_global_arguments=False)
    publishers = [node.create_publisher(Image, f"camera/{name}/image_raw", IMAGES) for name in ("front", "kitchen")]
    image = Image(width=32, height=24, step=96, encoding="rgb8", data=bytes(96 * 24))
    node.create_timer(0.05, lambda: [publisher.publish(image) for publisher in publishers])
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    spinner = Spinner(executor, "spinning-driver")
    spinner.start()
    try:
        found = {each.thing: each for each in cameras(tmp_path, resource_root())}
    finally:
        spinner.close()
        executor.shutdown()
        node.destroy_node()
        rclpy.try_shutdown()
    assert found["camera front"].health is Health.ILL
    assert found["camera front"].what == f"32x24, but its calibration is for {FRONT.width}x{FRONT.height}"
    assert found["camera kitchen"].what == "32x24, not calibrated"
    assert found["camera side"].what == "calibrated, but publishes nothing"

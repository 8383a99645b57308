"""Which topics of a bag hold a camera's images."""

import pytest

from diffpol_ros.replay.image_topics import camera_of, image_topics


@pytest.mark.parametrize(
    ("topic", "camera"),
    [
        ("/camera/front/image_raw", "front"),
        ("/lab/camera/side/image_raw/compressed", "side"),
        ("/camera/front/camera_info", ""),
        ("/joint_states", ""),
    ],
)
def test_a_topic_tells_its_camera(topic: str, camera: str) -> None:
    assert camera_of(topic) == camera


def test_packed_images_of_a_camera_are_images_of_that_camera() -> None:
    assert [camera_of(topic) for topic in image_topics("/lab/camera/side/image_raw")] == ["side", "side"]

"""What one camera saw, with its name and the instant of the exposure."""

import numpy as np
import pytest

from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.images import GreyImage, ImageError
from diffpol_ros.estimation.detection.sighting import sight
from tests.estimation.scenes import FRONT


class OneTag:
    """Sees the same tag in every image."""

    def detect(self, image: GreyImage) -> list[TagDetection]:
        return [TagDetection(7, np.arange(8.0).reshape(4, 2), 80.0, 0)]

    def close(self) -> None:
        pass


def test_a_sighting_says_who_saw_what_when() -> None:
    seen = sight(FRONT, OneTag(), np.zeros((480, 640), np.uint8), 123)
    assert (seen.camera, seen.stamp_ns) == ("front", 123)
    assert [one.id for one in seen.detections] == [7]


def test_a_rotated_image_is_refused_before_the_search() -> None:
    with pytest.raises(ImageError, match=r"front.*480x640.*640x480"):
        sight(FRONT, OneTag(), np.zeros((640, 480), np.uint8), 0)

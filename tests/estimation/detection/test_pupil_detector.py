"""Tags are found where they are, and the library's crash on destruction stays away."""

import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.pupil_detector import PupilDetector
from diffpol_ros.estimation.fusion.tag_pose import corner_points
from tests.estimation.scenes import BLOCK, FRONT, block_pose, cosine, draw, project, tags_in_camera


@pytest.fixture(scope="module")
def detector() -> Iterator[PupilDetector]:
    detector = PupilDetector()
    yield detector
    detector.close()


def test_corners_are_in_the_pixel_convention_of_the_calibration(detector: PupilDetector) -> None:
    offsets = []
    for seed in range(8):
        pose = block_pose(np.random.default_rng(seed))
        tags = {tag.id: place for tag, place in zip(BLOCK.tags, tags_in_camera(FRONT, BLOCK, pose), strict=True)}
        found = [one for one in detector.detect(draw(FRONT, [(BLOCK, pose)], seed)) if cosine(tags[one.id]) > 0.6]
        offsets += [one.corners - project(FRONT, tags[one.id], corner_points(0.048)) for one in found]
    offsets = np.array(offsets)
    assert len(offsets) >= 5
    assert np.max(np.abs(offsets.mean(axis=(0, 1)))) < 0.03
    assert np.std(offsets) < 0.08


def test_an_empty_image_has_no_tags(detector: PupilDetector) -> None:
    assert detector.detect(np.full((480, 640), 120, np.uint8)) == []


def test_a_slice_of_an_image_is_read_like_its_copy(detector: PupilDetector) -> None:
    image = draw(FRONT, [(BLOCK, block_pose(np.random.default_rng(3)))])
    part = image[40:, 30:600]
    pairs = zip(detector.detect(part), detector.detect(part.copy()), strict=True)
    assert all(np.array_equal(one.corners, other.corners) for one, other in pairs)


def test_unclear_tags_are_refused() -> None:
    detector = PupilDetector(DetectorSettings(minimum_margin=2000.0))
    assert detector.detect(draw(FRONT, [(BLOCK, block_pose(np.random.default_rng(0)))])) == []
    detector.close()


def test_a_closed_detector_says_so() -> None:
    detector = PupilDetector()
    detector.close()
    detector.close()
    with pytest.raises(ResourceError, match="closed"):
        detector.detect(np.zeros((480, 640), np.uint8))


_PRELUDE = """
import gc, resource, numpy as np
from diffpol_ros.estimation.detection.pupil_detector import PupilDetector
image = np.zeros((480, 640), np.uint8)
def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize() / 1e6
"""
_LIVES = {
    "alive at exit": "detector = PupilDetector(); detector.detect(image)",
    "alive at exit in a cycle": "detector = PupilDetector(); detector.itself = detector; detector.detect(image)",
    "dropped": "[PupilDetector().detect(image) for _ in range(3)]; gc.collect()",
    "closed": "detector = PupilDetector(); detector.detect(image); detector.close()",
    "two at once": "pair = [PupilDetector(), PupilDetector()]; pair[0].close(); pair[1].detect(image)",
    "no leak": (
        "PupilDetector().detect(image); before = resident()\n"
        "for _ in range(8): PupilDetector().detect(image)\n"
        "assert resident() - before < 72.0, resident() - before"
    ),
}


@pytest.mark.parametrize("life", _LIVES)
def test_a_detector_ends_without_crash_or_leak(life: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _PRELUDE + _LIVES[life]],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 0, ended.stderr

"""Tags are followed from image to image, none is lost by it, and new ones are found within the period."""

import numpy as np
import pytest

from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.detection.pupil_detector import PupilSearch
from diffpol_ros.estimation.detection.refined_detector import RefinedDetector
from diffpol_ros.estimation.detection.region_detector import RegionDetector
from diffpol_ros.estimation.detection.search import Candidate
from tests.estimation.scenes import BASE, BLOCK, FRONT, block_pose, draw

START = block_pose(np.random.default_rng(3))
SETTINGS = DetectorSettings(full_frame_every=5)
EMPTY = np.full((480, 640), 120, np.uint8)


class WatchedSearch:
    """Notes how large the images are that are searched."""

    def __init__(self) -> None:
        self._search = PupilSearch(SETTINGS)
        self.shapes: list[tuple[int, ...]] = []

    def find(self, image: GreyImage) -> list[Candidate]:
        self.shapes.append(image.shape)
        return self._search.find(image)

    def close(self) -> None:
        self._search.close()

    def looked(self) -> tuple[int, int]:
        """Return how many whole images and how many pixels were searched since last asked."""
        whole, pixels = self.shapes.count((480, 640)), sum(rows * columns for rows, columns in self.shapes)
        self.shapes.clear()
        return whole, pixels


@pytest.fixture
def search() -> WatchedSearch:
    return WatchedSearch()


def moving(step: int, metres: float = 0.01) -> GreyImage:
    """Return the block after `step` steps to the side, and the base."""
    shifted = Pose(np.add(START.position, [0.0, metres * step, 0.0]), START.quaternion)
    things = [(BLOCK, shifted)] if BASE.fixed_pose is None else [(BASE, BASE.fixed_pose.pose), (BLOCK, shifted)]
    return draw(FRONT, things, step)


def test_a_moving_block_is_seen_as_in_whole_images_at_half_the_pixels_or_less(search: WatchedSearch) -> None:
    regions, whole = RegionDetector(search, SETTINGS), RefinedDetector(PupilSearch(SETTINGS), SETTINGS)
    for step in range(5):
        image = moving(step)
        expected = {one.id: one.corners for one in whole.detect(image)}
        found = {one.id: one.corners for one in regions.detect(image)}
        assert expected.keys() <= found.keys()
        assert all(np.max(np.abs(found[tag] - expected[tag])) < 0.02 for tag in expected)
        frames, pixels = search.looked()
        assert frames == (step == 0)
        assert step == 0 or pixels < 0.5 * 480 * 640
    regions.close()
    whole.close()


def test_every_nth_image_is_searched_whole(search: WatchedSearch) -> None:
    detector = RegionDetector(search, SETTINGS)
    wholes = []
    for _ in range(11):
        detector.detect(moving(0))
        wholes.append(search.looked()[0])
    assert wholes == [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    detector.close()


def test_a_lost_tag_is_looked_for_everywhere_in_the_same_image_and_once(search: WatchedSearch) -> None:
    detector = RegionDetector(search, SETTINGS)
    before = {one.id for one in detector.detect(moving(0))}
    search.looked()
    jumped = {one.id for one in detector.detect(moving(1, 0.15))}
    assert before <= jumped
    assert search.looked()[0] == 1
    alone = {one.id for one in detector.detect(draw(FRONT, [(BLOCK, START)]))}
    assert alone == before - {0}
    search.looked()
    detector.detect(draw(FRONT, [(BLOCK, START)]))
    assert search.looked()[0] == 0
    detector.close()


def test_a_new_tag_is_found_within_the_period(search: WatchedSearch) -> None:
    detector = RegionDetector(search, SETTINGS)
    detector.detect(draw(FRONT, [(BLOCK, START)]))
    seen = [any(one.id == 0 for one in detector.detect(moving(0))) for _ in range(SETTINGS.full_frame_every)]
    assert seen[-1]
    detector.close()


def test_where_nothing_is_known_all_is_searched(search: WatchedSearch) -> None:
    detector = RegionDetector(search, SETTINGS)
    assert [detector.detect(EMPTY) for _ in range(3)] == [[], [], []]
    assert search.looked()[0] == 3
    assert detector.detect(moving(0))
    detector.close()


def test_images_of_another_size_begin_anew(search: WatchedSearch) -> None:
    detector = RegionDetector(search, SETTINGS)
    detector.detect(moving(0))
    part = np.ascontiguousarray(moving(0)[:, 20:])
    assert detector.detect(part)
    assert search.shapes[-1] == part.shape
    detector.close()

"""Whatever library searches: the same corners, the same refusals."""

from collections.abc import Iterator

import numpy as np
import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.estimation.detection.detector import LIBRARIES, REFINED_BY, Detector, DetectorSettings
from diffpol_ros.estimation.detection.detectors import SEARCHES, open_detector
from diffpol_ros.estimation.detection.images import ImageError
from diffpol_ros.estimation.detection.refinement import REFINEMENTS
from diffpol_ros.estimation.fusion.tag_pose import corner_points
from tests.estimation.scenes import BLOCK, FRONT, block_pose, draw, project, tags_in_camera

POSE = block_pose(np.random.default_rng(3))
IMAGE = draw(FRONT, [(BLOCK, POSE)])


@pytest.fixture(params=LIBRARIES)
def detector(request: pytest.FixtureRequest) -> Iterator[Detector]:
    detector = open_detector(DetectorSettings(library=request.param, regions=False))
    yield detector
    detector.close()


def corners(settings: DetectorSettings, image: np.ndarray = IMAGE) -> dict[int, np.ndarray]:
    detector = open_detector(settings)
    found = {one.id: one.corners for one in detector.detect(image)}
    detector.close()
    return found


def test_every_name_has_its_code() -> None:
    assert set(SEARCHES) == set(LIBRARIES)
    assert set(REFINEMENTS) == set(REFINED_BY)


@pytest.mark.parametrize("named", [{"library": "apriltag"}, {"refine": "true"}])
def test_an_unknown_name_is_refused_with_the_known_ones(named: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"expected one of .*(opencv|edges)"):
        DetectorSettings(**named)  # type: ignore[arg-type]


@pytest.mark.parametrize(("refine", "near"), [("pattern", 0.02), ("edges", 0.06)])
def test_libraries_agree_on_the_corners_to_hundredths_of_a_pixel(refine: str, near: float) -> None:
    one, other = (corners(DetectorSettings(library=name, regions=False, refine=refine)) for name in LIBRARIES)
    both = set(one) & set(other)
    assert len(both) >= 2
    assert all(np.max(np.abs(one[tag] - other[tag])) < near for tag in both)


def test_corners_are_in_the_order_and_the_pixels_of_the_calibration(detector: Detector) -> None:
    places = {tag.id: place for tag, place in zip(BLOCK.tags, tags_in_camera(FRONT, BLOCK, POSE), strict=True)}
    found = detector.detect(IMAGE)
    assert found
    for one in found:
        assert np.max(np.abs(one.corners - project(FRONT, places[one.id], corner_points(0.048)))) < 0.05
        assert one.deviation_px is not None
        assert 0.0 < one.deviation_px < 0.05


def test_a_tag_that_leaves_the_image_gives_no_corners_or_right_ones(detector: Detector) -> None:
    places = {tag.id: place for tag, place in zip(BLOCK.tags, tags_in_camera(FRONT, BLOCK, POSE), strict=True)}
    left = int(project(FRONT, places[detector.detect(IMAGE)[0].id], corner_points(0.048))[:, 0].min())
    for cut in range(left - 6, left + 8, 2):
        for one in detector.detect(IMAGE[:, cut:]):
            truth = project(FRONT, places[one.id], corner_points(0.048)) - [cut, 0]
            assert np.max(np.abs(one.corners - truth)) < 0.1


@pytest.mark.parametrize(
    "image",
    [np.zeros((0, 640), np.uint8), np.zeros((480, 640, 3), np.uint8), np.zeros((480, 640), np.float32)],
)
def test_what_is_not_a_grey_image_is_refused(detector: Detector, image: np.ndarray) -> None:
    with pytest.raises(ImageError, match="expected uint8"):
        detector.detect(image)


def test_an_image_too_small_for_a_tag_has_none(detector: Detector) -> None:
    assert all(detector.detect(np.zeros((n, 3 * n), np.uint8)) == [] for n in (1, 2, 7, 23, 24))


def test_memory_that_is_read_only_or_strided_is_read_alike(detector: Detector) -> None:
    frozen = IMAGE.copy()
    frozen.setflags(write=False)
    strided = np.repeat(IMAGE, 2, axis=1)[:, ::2]
    expected = [one.corners.tolist() for one in detector.detect(IMAGE)]
    for image in (frozen, strided, np.asfortranarray(IMAGE)):
        assert [one.corners.tolist() for one in detector.detect(image)] == expected


def test_a_closed_detector_says_so(detector: Detector) -> None:
    detector.close()
    with pytest.raises(ResourceError, match="closed"):
        detector.detect(IMAGE)

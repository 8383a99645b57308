"""Images and drivers that do not belong to the calibration are named."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.estimation.detection.images import ImageError, check_image, intrinsics_complaint, to_grey
from tests.estimation.scenes import FRONT

MATRIX = (570.0, 0.0, 319.5, 0.0, 570.0, 239.5, 0.0, 0.0, 1.0)


def test_grey_is_the_same_from_either_order_of_colours() -> None:
    colours = np.random.default_rng(0).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    assert np.array_equal(to_grey(colours, "rgb8"), to_grey(colours[:, :, ::-1], "bgr8"))
    assert not np.array_equal(to_grey(colours, "rgb8"), to_grey(colours, "bgr8"))


def test_grey_stays_grey() -> None:
    grey = np.arange(24, dtype=np.uint8).reshape(4, 6)
    assert np.array_equal(to_grey(grey, "mono8"), grey)


@pytest.mark.parametrize(
    ("shape", "encoding", "named"),
    [
        ((4, 6, 3), "16UC1", "encoding is '16UC1'"),
        ((4, 6), "rgb8", "is not rgb8"),
        ((4, 6, 3), "mono8", "is not mono8"),
    ],
)
def test_an_unreadable_image_is_named(shape: tuple[int, ...], encoding: str, named: str) -> None:
    with pytest.raises(ImageError, match=named):
        to_grey(np.zeros(shape, np.uint8), encoding)


@pytest.mark.parametrize(
    ("image", "named"),
    [
        (np.zeros((720, 1280), np.uint8), "1280x720, its calibration is for 640x480"),
        (np.zeros((640, 480), np.uint8), "480x640"),
        (np.zeros((480, 640, 3), np.uint8), "expected uint8"),
        (np.zeros((480, 640), np.float32), "float32"),
    ],
)
def test_an_image_of_another_camera_is_refused(image: np.ndarray, named: str) -> None:
    with pytest.raises(ImageError, match=f"camera front.*{named}"):
        check_image(FRONT, image)


def test_a_driver_that_agrees_has_no_complaint() -> None:
    assert intrinsics_complaint(FRONT, 640, 480, MATRIX, ()) == ""
    assert intrinsics_complaint(FRONT, 640, 480, MATRIX, (0.0,) * 5) == ""


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"width": 1280, "height": 960}, "size is 1280x960, calibrated 640x480"),
        ({"matrix": (0.0,) * 9}, "K is zero"),
        ({"matrix": (600.0, *MATRIX[1:])}, "fx is 600 px, calibrated 570 px"),
        ({"matrix": (*MATRIX[:5], 250.0, *MATRIX[6:])}, "cy is 250 px"),
        ({"matrix": MATRIX[:6]}, "nine"),
        ({"matrix": (float("nan"), *MATRIX[1:])}, "finite"),
        ({"distortion": (-0.2, 0.0, 0.0, 0.0, 0.0)}, "distortion"),
    ],
)
def test_a_driver_that_disagrees_is_quoted(change: dict[str, object], named: str) -> None:
    told = {"width": 640, "height": 480, "matrix": MATRIX, "distortion": ()} | change
    assert named in intrinsics_complaint(FRONT, **told)  # type: ignore[arg-type]


def test_a_lens_the_driver_does_not_know_of_is_a_disagreement() -> None:
    lens = replace(FRONT, distortion=(-0.2, 0.05, 0.0, 0.0))
    assert "distortion" in intrinsics_complaint(lens, 640, 480, MATRIX, ())

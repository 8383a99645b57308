"""The picture of a calibration is drawn of whatever a fit leaves, and boards print true to scale."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from diffpol_ros.calibrate.board import load_board
from diffpol_ros.calibrate.printing import INCH, page_for, write_print
from diffpol_ros.calibrate.report import ResidualPicture, write_report
from diffpol_ros.core.errors import ResourceError


@pytest.mark.parametrize(("corners", "scale"), [(200, 0.1), (4, 30.0), (1, 0.0)])
def test_a_picture_is_drawn_of_many_corners_and_of_few(tmp_path: Path, corners: int, scale: float) -> None:
    rng = np.random.default_rng(0)
    of_view = np.sort(rng.integers(0, 3, corners))
    picture = ResidualPicture(
        "lens", (640, 480), rng.uniform(0, 480, (corners, 2)), rng.normal(0, 1, (corners, 2)) * scale, of_view,
        ("000.png", "001.png", "002.png"), ("a note",), rng.uniform(0, 1, 3),
    )  # fmt: skip
    image = cv2.imread(str(write_report(picture, tmp_path / "new" / "picture.png")))
    assert image is not None
    assert image.shape[1] > 1000 and image.std() > 5.0


@pytest.mark.parametrize("name", ["charuco", "tags"])
def test_a_board_is_printed_true_to_scale(tmp_path: Path, name: str) -> None:
    board, dpi = load_board(name), 200
    page = cv2.imread(str(write_print(board, tmp_path / "board.png", dpi)), cv2.IMREAD_GRAYSCALE)
    assert page is not None
    assert page.shape == pytest.approx((0.210 / INCH * dpi, 0.297 / INCH * dpi), abs=1.5)
    seen = board.detect(np.asarray(cv2.GaussianBlur(page, (0, 0), 0.8), dtype=np.uint8))
    assert len(seen.ids) == len(board.points)
    printed = np.linalg.norm(seen.pixels[0] - seen.pixels[-1]) * INCH / dpi
    assert printed == pytest.approx(np.linalg.norm(seen.points[0] - seen.points[-1]), rel=5e-4)


def test_pages_hold_what_is_printed() -> None:
    assert page_for(0.28, 0.2)[0] == "A4" and page_for(0.2, 0.28) == ("A4", (0.210, 0.297))
    assert page_for(0.3, 0.2)[0] == "A3" and page_for(2.0, 1.0)[0] == "own size"


def test_a_board_is_written_as_pdf_or_png_only(tmp_path: Path) -> None:
    path = write_print(load_board("tags"), tmp_path / "board.pdf", 100)
    assert path.read_bytes().startswith(b"%PDF")
    with pytest.raises(ResourceError, match=r"\.pdf or \.png"):
        write_print(load_board("tags"), tmp_path / "board.jpg")

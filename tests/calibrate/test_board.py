"""Boards: found where they are drawn, drawn to scale, described without contradiction."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from diffpol_ros.calibrate.board import Board, BoardSettings, load_board
from diffpol_ros.calibrate.rehearsal import good_views
from diffpol_ros.cli.calibrate.rehearse_run import photographed
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.estimation.calibration import CameraCalibration
from tests.calibrate.boards import CAMERA, board, projected

NAMES = ("charuco", "tags")
PINHOLE = replace(CAMERA, distortion=())
ERRORS_PX = {("charuco", PINHOLE): 0.15, ("charuco", CAMERA): 0.15, ("tags", PINHOLE): 0.06, ("tags", CAMERA): 0.08}


@pytest.mark.parametrize(("name", "camera"), ERRORS_PX, ids=str)
def test_corners_are_found_where_they_are_projected(name: str, camera: CameraCalibration) -> None:
    rng = np.random.default_rng(1)
    poses = good_views(camera, board(name), 3, rng)
    captures = photographed(camera, board(name), poses, rng)
    for pose, capture in zip(poses, captures.captures, strict=True):
        seen = board(name).detect(capture.image, camera)
        misses = np.linalg.norm(seen.pixels - projected(camera, seen.points, pose), axis=1)
        assert len(seen.ids) > 0.3 * len(board(name).points)
        assert np.sqrt(np.mean(misses**2)) < ERRORS_PX[name, camera]
        assert np.array_equal(seen.points, board(name).points[list(seen.ids)])


def test_a_known_lens_makes_corners_of_tags_better() -> None:
    rng = np.random.default_rng(2)
    poses = good_views(CAMERA, board("tags"), 2, rng)
    (capture,) = photographed(CAMERA, board("tags"), poses[1:], rng).captures
    rms = []
    for lens in (None, CAMERA):
        seen = board("tags").detect(capture.image, lens)
        rms.append(np.sqrt(np.mean((seen.pixels - projected(CAMERA, seen.points, poses[1])) ** 2)))
    assert rms[1] < 0.6 * rms[0]


@pytest.mark.parametrize("name", NAMES)
def test_the_texture_is_exact_at_any_scale(name: str) -> None:
    of = board(name)
    for scale in (1711.0, 2500.0):
        seen = of.detect(np.asarray(cv2.GaussianBlur(of.texture(scale, samples=8), (0, 0), 0.8), dtype=np.uint8))
        assert len(seen.ids) == len(of.points)
        expected = (seen.points[:, :2] + of.margin) * scale - 0.5
        assert np.max(np.abs(seen.pixels - expected)) < 0.1


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_found_where_there_is_no_board(name: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 320), dtype=np.uint8)
    other = cv2.resize(board(NAMES[1 - NAMES.index(name)]).texture(1500.0), (640, 480))
    for image in (noise, np.asarray(other, dtype=np.uint8), np.zeros((480, 640), np.uint8)):
        seen = board(name).detect(image)
        assert seen.points.shape == (0, 3) and seen.pixels.shape == (0, 2) and seen.ids == ()


def test_tags_of_objects_are_not_taken_for_those_of_the_board() -> None:
    other = Board(replace(board("tags").settings, first_id=0))
    assert board("tags").detect(other.texture(2000.0)).ids == ()


@pytest.mark.parametrize("name", NAMES)
def test_half_a_board_keeps_its_ids(name: str) -> None:
    picture = board(name).texture(2000.0)
    half = picture[:, picture.shape[1] // 2 :]
    seen = board(name).detect(half)
    assert 0.25 * len(board(name).points) < len(seen.ids) < 0.6 * len(board(name).points)
    left = (seen.points[:, 0] + board(name).margin) * 2000.0 - 0.5 - picture.shape[1] // 2
    assert np.max(np.abs(seen.pixels[:, 0] - left)) < 0.2


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ("kind: apriltag", "kind: chess", "'charuco', 'apriltag'"),
        ("size: 0.036", "size: 0.0", "size"),
        ("size: 0.036", "size: .nan", "size"),
        ("rows: 4", "rows: 1", "rows"),
        ("ratio: 0.25", "ratio: 1.5", "ratio"),
        ("first_id: 100", "first_id: 570", "ids 570 to 593"),
        ("first_id: 100", "fist_id: 100", "did you mean 'first_id'"),
        ("schema_version: 1", "schema_version: 2\nnews: 1", "newer|schema_version is 2"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, right: str, wrong: str, named: str) -> None:
    text = (Path(__file__).parents[2] / "calibration" / "boards" / "tags.yaml").read_text()
    assert right in text
    (tmp_path / "board.yaml").write_text(text.replace(right, wrong))
    with pytest.raises(SettingsError, match=named):
        load_board(str(tmp_path / "board.yaml"))


def test_an_unknown_board_is_named() -> None:
    with pytest.raises(ResourceError, match=r"chessboard.*known: charuco, tags|did you mean"):
        load_board("chessboard")


def test_a_settings_object_is_enough() -> None:
    small = Board(BoardSettings("small", "charuco", rows=4, columns=5, size=0.03, ratio=0.7, first_id=20))
    assert len(small.detect(small.texture(3000.0)).ids) == 12

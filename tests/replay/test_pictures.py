"""Film and plot show what the bag holds."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.core.spatial import transform_point
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import load_camera
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.episodes import Episode
from diffpol_ros.replay.gathering import load_run
from diffpol_ros.replay.overlay import OUTLINE, CameraView, draw_box
from diffpol_ros.replay.plot import write_plot
from diffpol_ros.replay.series import Run
from diffpol_ros.replay.video import Film, Outline, best_suffix, write_video
from tests.replay.bags import write_packed
from tests.replay.synthetic import MS, START_NS

HALF = np.full(3, 0.03)
EPISODE = Episode("episode 1 of 1", START_NS + 300 * MS, START_NS + 3400 * MS, True)


@pytest.fixture(scope="module")
def view() -> CameraView:
    camera = load_camera("front")
    return CameraView(camera.name, camera.matrix, np.array(camera.distortion), camera.pose.pose)


@pytest.fixture
def film(bag: BagReader, run: Run, view: CameraView) -> Film:
    return Film(bag, run, view, [Outline("block", HALF)], [EPISODE])


def test_the_camera_sees_its_axis_at_its_principal_point(view: CameraView) -> None:
    ahead = transform_point(view.pose, np.array([0.0, 0.0, 0.5]))
    assert view.project(ahead[None])[0] == pytest.approx([319.5, 239.5])
    right_and_below = transform_point(view.pose, np.array([0.1, 0.2, 1.0]))
    assert view.project(right_and_below[None])[0] == pytest.approx([319.5 + 57.0, 239.5 + 114.0])


def test_a_box_is_drawn_where_it_is(view: CameraView) -> None:
    image = np.zeros((480, 640, 3), dtype=np.uint8)
    pose = Pose(np.array([0.5, 0.0, 0.03]), np.array([0.0, 0.0, 0.0, 1.0]))
    draw_box(image, view, pose, HALF)
    rows, columns = np.nonzero((image == OUTLINE).all(axis=2))
    centre = view.project(pose.position[None])[0]
    assert abs(columns.mean() - centre[0]) < 10
    assert abs(rows.mean() - centre[1]) < 10
    assert 40 < columns.max() - columns.min() < 90


def test_every_image_becomes_a_frame_with_the_outline_in_it(film: Film) -> None:
    frames = list(film.frames())
    assert len(frames) == 40
    assert all((frame == OUTLINE).all(axis=2).sum() > 50 for _, frame in frames[2:])


def test_of_images_packed_without_loss_the_film_is_the_same(film: Film, bag: BagReader, tmp_path: Path) -> None:
    packed = load_run(again := BagReader(write_packed(tmp_path / "packed", bag, ImageFormat("png"))))
    pairs = list(zip(film.frames(), replace(film, bag=again, run=packed).frames(), strict=True))
    assert len(pairs) == packed.images["front"] == 40
    assert all(one[0] == other[0] and (one[1] == other[1]).all() for one, other in pairs)


def test_the_video_plays_as_long_as_the_run(film: Film, tmp_path: Path) -> None:
    path = write_video(film, tmp_path / f"film{best_suffix()}")
    capture = cv2.VideoCapture(str(path))
    count, rate = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
    assert count / rate == pytest.approx(4.0, abs=0.3)


def test_a_gif_can_be_had_too(film: Film, tmp_path: Path) -> None:
    with Image.open(write_video(film, tmp_path / "film.gif")) as picture:
        assert picture.size == (320, 240)
        assert picture.n_frames > 10  # type: ignore[attr-defined]


def test_a_bag_without_images_is_named(bag: BagReader, run: Run, view: CameraView, tmp_path: Path) -> None:
    nothing = Film(bag, run, CameraView("side", view.matrix, view.distortion, view.pose), [])
    with pytest.raises(ResourceError, match="0 images on /camera/side/image_raw"):
        write_video(nothing, tmp_path / "film.mp4")


def test_the_plot_has_ink(run: Run, tmp_path: Path) -> None:
    pixels = np.asarray(Image.open(write_plot(run, tmp_path / "plot.png", [EPISODE])).convert("L"))
    assert pixels.shape[1] > 1000
    assert 0.02 < float((pixels < 200).mean()) < 0.5


def test_a_run_without_anything_still_plots(run: Run, tmp_path: Path) -> None:
    bare = replace(run, chunks=(), gate=(), estimates={}, truths={})
    assert write_plot(bare, tmp_path / "plot.png").stat().st_size > 10_000

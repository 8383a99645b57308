"""Made-up cameras could exist, and what they take is what a person would."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.calibration_rigs import near
from diffpol_ros.calibrate.captures import CaptureSet
from diffpol_ros.calibrate.writer import write_camera
from diffpol_ros.cli.calibrate.rehearse_place import made_up_rig
from diffpol_ros.cli.calibrate.rehearse_run import made_up_camera
from diffpol_ros.cli.main import main
from diffpol_ros.estimation.calibration import load_camera, load_object
from diffpol_ros.estimation.lens import distorted, undistorted


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.floats(60.0, 90.0), st.sampled_from([(640, 480), (1280, 720)]))
def test_every_pixel_of_a_made_up_camera_has_a_ray(seed: int, view_deg: float, size: tuple[int, int]) -> None:
    camera = made_up_camera("any", size, view_deg, np.random.default_rng(seed))
    corners = np.array([(x, y) for x in (0.0, size[0] - 1.0) for y in (0.0, size[1] - 1.0)])
    assert np.max(np.abs(distorted(camera, undistorted(camera, corners)) - corners)) < 0.1
    sides = undistorted(camera, np.array([(0.0, camera.cy), (size[0] - 1.0, camera.cy)]))
    seen = np.degrees(np.sum(np.arctan(np.abs(sides[:, 0] - camera.cx) / camera.fx)))
    assert seen == pytest.approx(view_deg, abs=1.0)


def test_a_rehearsal_repeats_with_its_seed(tmp_path: Path) -> None:
    sets = []
    for name in ("one", "two"):
        options = ("--width", "160", "--height", "120", "--count", "2", "--seed", "4")
        assert main(["calibrate", "rehearse", str(tmp_path / name), *options]) == 0
        sets.append(CaptureSet.load(tmp_path / name))
    one, two = sets
    assert one.size == (160, 120) and one.camera == "rehearsal" and len(one.captures) == 2
    for left, right in zip(one.captures, two.captures, strict=True):
        assert np.array_equal(left.image, right.image)
    assert not np.array_equal(one.captures[0].image, one.captures[1].image)


SMALL = ("--width", "320", "--height", "240", "--board", "tags", "--count", "8")
PLACES = [("extrinsics", "base", 12.0, 2.0), ("hand-eye", "base", 1.5, 0.3), ("hand-eye", "end_effector", 1.5, 0.3)]


@pytest.mark.parametrize(("purpose", "mount", "millimetres", "degrees"), PLACES)
def test_a_rehearsed_place_is_found(
    tmp_path: Path, purpose: str, mount: str, millimetres: float, degrees: float
) -> None:
    folder, file, picture = tmp_path / "captures", tmp_path / "camera.yaml", tmp_path / "picture.png"
    assert main(["calibrate", "rehearse", str(folder), "--purpose", purpose, "--mount", mount, *SMALL]) == 0
    rng = np.random.default_rng(0)
    camera = made_up_camera("rehearsal", (320, 240), 70.0, rng)
    write_camera(replace(camera, mount=mount), file)
    board = () if purpose == "extrinsics" else ("--board", "tags")
    files = ("--camera", str(file), "--picture", str(picture))
    assert main(["calibrate", purpose, str(folder), *files, *board]) == 0
    truth = made_up_rig(camera, mount, load_object("base"), rng)
    assert near(load_camera(str(file)).pose.pose, truth.camera_pose, millimetres, degrees)


def test_a_camera_on_the_hand_is_not_rehearsed_before_fixed_tags(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--purpose", "extrinsics", "--mount", "end_effector", *SMALL)
    assert main(["calibrate", "rehearse", str(tmp_path / "captures"), *options]) == 1
    assert "use hand-eye" in capsys.readouterr().err


def test_a_folder_with_captures_is_refused_before_anything_is_rendered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "captures.yaml").write_text("mine")
    assert main(["calibrate", "rehearse", str(tmp_path), "--count", "100000"]) == 1
    assert "holds captures already" in capsys.readouterr().err
    assert (tmp_path / "captures.yaml").read_text() == "mine"

"""Camera files: signed, never lost, and honest about what is not known yet."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.calibrate.writer import extrinsics_complaint, lens_change_px, placed_at, sign, with_lens, write_camera
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera
from tests.estimation.scenes import FRONT

LENS_ONLY = CameraCalibration(
    "new", 640, 480, 571.25, 570.5, 321.0, 238.0, distortion=(-0.1, 0.01, 0.0, 0.0), serial="A1", date="2026-01-01"
)
POSE = Pose(np.array([0.1, 0.2, 0.3]), np.array([0.0, 0.6, 0.0, 0.8]))


@pytest.mark.parametrize("camera", [FRONT, LENS_ONLY, placed_at(LENS_ONLY, POSE, "end_effector")])
def test_what_is_written_is_read_back(tmp_path: Path, camera: CameraCalibration) -> None:
    path = tmp_path / "camera.yaml"
    assert write_camera(camera, path) is None
    assert replace(load_camera(str(path), placed=False), sha256="") == replace(camera, sha256="")


def test_a_file_edited_by_hand_is_refused_until_it_is_signed(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    write_camera(FRONT, path)
    path.write_text(path.read_text().replace("fx: 570.0", "fx: 580.0 # better"))
    with pytest.raises(SettingsError, match=r"camera\.yaml: was edited .* `diffpol calibrate sign"):
        load_camera(str(path))
    sign(path)
    assert load_camera(str(path)).fx == 580.0
    assert "# better" in path.read_text()
    path.write_text(path.read_text().replace("580.0", "590.0").partition("sha256")[0])
    assert load_camera(str(path)).fx == 590.0


def test_layout_and_comments_are_not_signed(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    write_camera(FRONT, path)
    path.write_text("# mine\n" + path.read_text().replace("fx: 570.0", "fx:    570  # the same"))
    assert load_camera(str(path)).fx == 570.0


def test_the_old_file_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    path.write_text("first")
    kept = write_camera(FRONT, path)
    again = write_camera(replace(FRONT, fx=600.0), path)
    assert kept is not None and again is not None and kept != again
    assert kept.read_text() == "first" and "fx: 570.0" in again.read_text()
    assert sorted(entry.name for entry in tmp_path.iterdir()) == sorted([path.name, kept.name, again.name])


def test_a_camera_without_a_place_says_so_where_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    write_camera(LENS_ONLY, path)
    with pytest.raises(SettingsError, match=r"camera new: .*diffpol calibrate extrinsics"):
        load_camera(str(path))
    camera = load_camera(str(path), placed=False)
    for ask in (lambda: camera.pose.pose, lambda: camera.pose.position, lambda: camera.pose.quaternion):
        with pytest.raises(SettingsError, match="camera new"):
            ask()


def test_a_new_lens_keeps_place_mount_and_clock() -> None:
    old = replace(placed_at(FRONT, POSE, "end_effector"), time_offset=0.02, pose_date="2025-12-31")
    new = with_lens(old, replace(LENS_ONLY, name="front"))
    assert (new.pose, new.mount, new.time_offset, new.pose_date) == (old.pose, "end_effector", 0.02, "2025-12-31")
    assert (new.fx, new.serial, new.date) == (571.25, "A1", "2026-01-01")


def test_a_changed_lens_asks_for_a_new_place() -> None:
    zoomed = replace(FRONT, fx=FRONT.fx * 1.01, fy=FRONT.fy * 1.01)
    assert lens_change_px(FRONT, FRONT) < 1e-6
    assert lens_change_px(FRONT, zoomed) == pytest.approx(0.01 * np.hypot(319.5, 239.5), rel=1e-3)
    assert "4.0 px elsewhere" in extrinsics_complaint(FRONT, zoomed)
    assert extrinsics_complaint(FRONT, replace(FRONT, fx=570.1)) == ""
    assert extrinsics_complaint(LENS_ONLY, zoomed) == ""

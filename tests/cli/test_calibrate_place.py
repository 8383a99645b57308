"""`diffpol calibrate extrinsics`, `hand-eye` and `time-offset`: from a folder of captures to the camera's file."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from benchmarks.calibration_prints import TAGS, Studio, captures_of, rig_with
from benchmarks.calibration_rigs import Rig, hand_poses, near, random_rig
from benchmarks.calibration_wiggles import Noise, hand_series, random_wiggle
from diffpol_ros.calibrate.board import Board
from diffpol_ros.calibrate.captures import Capture, CaptureSet
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.writer import write_camera
from diffpol_ros.cli.calibrate.capture import Capture as CaptureCommand
from diffpol_ros.cli.calibrate.extrinsics import Extrinsics
from diffpol_ros.cli.calibrate.hand_eye import HandEye
from diffpol_ros.cli.calibrate.time_offset import TimeOffset
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import load_camera
from diffpol_ros.estimation.pose_settings import Unplaced
from tests.estimation.scenes import BASE, CALIBRATION, FRONT, draw

START_NS = 1_700_000_000_000_000_000


@pytest.fixture
def board_file(tmp_path: Path) -> str:
    plain = {name: getattr(TAGS, name) for name in ("name", "kind", "rows", "columns", "size", "ratio", "first_id")}
    path = tmp_path / "board.yaml"
    path.write_text(yaml.safe_dump({"schema_version": 1, **plain}), encoding="utf-8")
    return str(path)


def rig_and_file(folder: Path, mount: str, seed: int = 0) -> tuple[Rig, Path]:
    """Return a rig and the file of its camera, which knows the lens and not the place."""
    rig = rig_with(random_rig(np.random.default_rng(seed), mount), Board(TAGS))
    path = folder / "front.yaml"
    write_camera(replace(rig.camera, pose=Unplaced(), mount=mount, serial="A1", date="2026-01-01"), path)
    return rig, path


def hand_eye_captures(rig: Rig, folder: Path, count: int = 8, serial: str = "A1") -> Path:
    rng = np.random.default_rng(1)
    hands = hand_poses(rig, rng, count)
    captures = captures_of(Studio(rig, Board(TAGS)), hands, hands, rng)
    return CaptureSet("front", tuple(captures), serial).save(folder / "captures")


@pytest.mark.parametrize("mount", ["end_effector", "base"])
def test_hand_eye_places_the_camera_and_keeps_the_old_file(tmp_path: Path, board_file: str, mount: str) -> None:
    rig, path = rig_and_file(tmp_path, mount)
    folder, picture = hand_eye_captures(rig, tmp_path), tmp_path / "picture.png"
    assert HandEye(folder, camera=str(path), board=board_file, picture=picture, date="2026-02-03").run() == 0
    found = load_camera(str(path))
    assert near(found.pose.pose, rig.camera_pose, 1.5, 0.15)
    assert (found.mount, found.pose_date, found.pose_images, found.date) == (mount, "2026-02-03", 8, "2026-01-01")
    assert found.pose_residual_px is not None and found.pose_residual_px < 0.1
    assert found.sha256 == found.digest
    assert (tmp_path / "front.yaml.old1").is_file()
    assert cv2.imread(str(picture)) is not None


def test_captures_of_another_camera_are_refused(tmp_path: Path, board_file: str) -> None:
    rig, path = rig_and_file(tmp_path, "base")
    folder = hand_eye_captures(rig, tmp_path, 2, serial="B7")
    with pytest.raises(SettingsError, match="serial number B7 is connected, A1 was calibrated"):
        HandEye(folder, camera=str(path), board=board_file).run()
    other = tmp_path / "other.yaml"
    write_camera(replace(load_camera(str(path), placed=False), name="other"), other)
    with pytest.raises(Refusal, match="of camera 'front', the calibration is of 'other'"):
        HandEye(folder, camera=str(other), board=board_file).run()
    write_camera(replace(load_camera(str(path), placed=False), serial="", width=320, cx=160.0), other)
    with pytest.raises(Refusal, match="the captures are 640x480, the calibration of front is for 320x480"):
        HandEye(folder, camera=str(other), board=board_file).run()


def test_images_without_hand_poses_are_named(tmp_path: Path, board_file: str) -> None:
    _, path = rig_and_file(tmp_path, "base")
    blank = Capture(np.full((480, 640), 120, np.uint8), 5, None, "lonely.png")
    folder = CaptureSet("front", (blank,)).save(tmp_path / "captures")
    with pytest.raises(Refusal, match=r"no hand pose with lonely\.png"):
        HandEye(folder, camera=str(path), board=board_file).run()
    with pytest.raises(Refusal, match="no record of the hand"):
        TimeOffset(folder, camera=str(path), board=board_file).run()


def test_captures_of_a_newer_version_are_refused(tmp_path: Path, board_file: str) -> None:
    rig, path = rig_and_file(tmp_path, "base")
    folder = hand_eye_captures(rig, tmp_path, 1)
    told = folder / "captures.yaml"
    told.write_text(
        told.read_text(encoding="utf-8").replace("schema_version: 1", "schema_version: 2"), encoding="utf-8"
    )
    with pytest.raises(Exception, match=r"captures\.yaml.*schema_version is 2"):
        HandEye(folder, camera=str(path), board=board_file).run()


def test_extrinsics_places_a_camera_by_the_base_tag(tmp_path: Path) -> None:
    path = tmp_path / "front.yaml"
    write_camera(FRONT, path)
    assert BASE.fixed_pose is not None
    images = [draw(FRONT, [(BASE, BASE.fixed_pose.pose)], seed) for seed in range(5)]
    captures = tuple(Capture(image, index) for index, image in enumerate(images))
    folder = CaptureSet("front", captures).save(tmp_path / "captures")
    base = (str(CALIBRATION / "objects" / "base.yaml"),)
    assert Extrinsics(folder, camera=str(path), landmarks=base, picture=tmp_path / "p.png").run() == 0
    found = load_camera(str(path))
    assert near(found.pose.pose, FRONT.pose.pose, 4.0, 0.4)
    assert found.pose_images == 5


@pytest.mark.slow
def test_time_offset_is_written_before_the_place_is_known(tmp_path: Path, board_file: str) -> None:
    rig, path = rig_and_file(tmp_path, "base", seed=3)
    rng = np.random.default_rng(3)
    wiggle, studio = random_wiggle(rig, rng), Studio(rig, Board(TAGS))
    series = hand_series(wiggle, rng, Noise(), 4.5)
    rows = [Pose(row[:3], row[3:]) for row in series.poses]
    captures = [
        Capture(studio.shoot([wiggle.at(float(time))], rng), START_NS + to_ns(float(time) - 0.034))
        for time in np.arange(0.0, 4.5, 0.1)
    ]
    hands = tuple(zip(series.stamps_ns.tolist(), rows, strict=True))
    folder = CaptureSet("front", tuple(captures), "A1", hands).save(tmp_path / "captures")
    assert TimeOffset(folder, camera=str(path), board=board_file, picture=tmp_path / "p.png").run() == 0
    assert load_camera(str(path), placed=False).time_offset == pytest.approx(0.034, abs=5e-4)
    assert cv2.imread(str(tmp_path / "p.png")) is not None


def test_capture_tells_the_node_what_it_was_told() -> None:
    words = CaptureCommand("extrinsics", camera="side", landmarks=("base", "plate")).arguments()
    assert 'purpose:="extrinsics"' in words
    assert 'landmarks:=["base", "plate"]' in words
    assert 'serial:=""' in words


def test_the_purpose_is_named_as_the_command_that_reads_the_captures() -> None:
    assert 'purpose:="hand_eye"' in CaptureCommand("hand-eye").arguments()
    assert 'purpose:="time_offset"' in CaptureCommand("time-offset").arguments()


def test_capture_says_what_it_listens_to() -> None:
    assert "camera/side/image_raw;" in CaptureCommand("extrinsics", camera="side").told()
    assert "and end_effector_pose" in CaptureCommand("hand-eye").told()


def test_capturing_nothing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = pytest.importorskip("diffpol_ros.nodes.calibration_node")
    monkeypatch.setattr(node, "main", lambda arguments: None)
    with pytest.raises(ResourceError, match="nothing was captured: does camera/front/image_raw come"):
        CaptureCommand("extrinsics", folder=str(tmp_path)).run()


def test_a_target_that_no_image_shows_is_told(tmp_path: Path) -> None:
    path = tmp_path / "front.yaml"
    write_camera(FRONT, path)
    blank = Capture(np.full((480, 640), 120, np.uint8), 5, None, "blank.png")
    folder = CaptureSet("front", (blank,)).save(tmp_path / "captures")
    with pytest.raises(Refusal, match="none of 1 images shows what is looked for: is it another board"):
        Extrinsics(folder, camera=str(path)).run()

"""From rehearsed captures to a camera file on the command line; poor sets are refused with what they lack."""

from pathlib import Path

import pytest

from diffpol_ros.cli.main import main
from diffpol_ros.estimation.calibration import load_camera

SMALL = ("--width", "320", "--height", "240", "--count", "14", "--seed", "3", "--board", "tags")


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rehearsal") / "captures"
    assert main(["calibrate", "rehearse", str(folder), *SMALL]) == 0
    return folder


def calibrate(captures: Path, tmp_path: Path, *more: str) -> int:
    files = ("--output", str(tmp_path / "camera.yaml"), "--picture", str(tmp_path / "picture.png"))
    arguments = (str(captures), "--board", "tags", "--date", "2026-01-02", *files, *more)
    return main(["calibrate", "intrinsics", *arguments])


def test_a_rehearsed_set_becomes_a_camera_file(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(captures, tmp_path, "--camera", "mine") == 0
    told = capsys.readouterr().out
    assert "fx " in told and "held-out" in told and "diffpol calibrate extrinsics" in told
    camera = load_camera(str(tmp_path / "camera.yaml"), placed=False)
    assert (camera.name, camera.serial, camera.date) == ("mine", "none", "2026-01-02")
    assert camera.images and camera.residual_px and camera.sha256 and not camera.placed
    assert (tmp_path / "picture.png").exists()


def test_a_known_place_is_kept_and_a_new_lens_asks_for_a_new_one(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = "name: mine\nwidth: 320\nheight: 240\nfx: 400\nfy: 400\ncx: 160\ncy: 120\nmount: end_effector\n"
    pose = "pose: {position: [0, 0, 0.1], quaternion: [0, 0, 0, 1]}\n"
    (tmp_path / "camera.yaml").write_text(old + pose)
    assert calibrate(captures, tmp_path) == 0
    assert "run `diffpol calibrate hand-eye` again" in capsys.readouterr().out
    camera = load_camera(str(tmp_path / "camera.yaml"))
    assert camera.mount == "end_effector" and camera.pose.position == (0.0, 0.0, 0.1)
    assert (tmp_path / "camera.yaml.old1").read_text() == old + pose


def test_another_camera_does_not_replace_a_calibration(
    captures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = "name: mine\nserial: X9\nwidth: 320\nheight: 240\nfx: 400\nfy: 400\ncx: 160\ncy: 120\n"
    (tmp_path / "camera.yaml").write_text(old)
    assert calibrate(captures, tmp_path) == 1
    assert "serial number none is connected, X9 was calibrated" in capsys.readouterr().err
    assert (tmp_path / "camera.yaml").read_text() == old


def test_a_poor_set_is_refused_with_what_it_lacks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "poor"
    assert main(["calibrate", "rehearse", str(folder), *SMALL, "--poor"]) == 0
    assert calibrate(folder, tmp_path) == 1
    told = capsys.readouterr().err
    assert "tilted left-right" in told and "of the image is empty" in told
    assert not (tmp_path / "camera.yaml").exists()


def test_signing_makes_an_edited_file_valid(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    path.write_text(
        "name: mine\nserial: A1\nwidth: 320\nheight: 240\nfx: 400\nfy: 400\ncx: 160\ncy: 120\nsha256: old\n"
    )
    assert main(["calibrate", "sign", str(path)]) == 0
    assert load_camera(str(path), placed=False).serial == "A1"


def test_a_board_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "board.png"
    assert main(["calibrate", "board", "tags", "--output", str(path), "--dpi", "100"]) == 0
    assert path.exists() and "100 %" in capsys.readouterr().out

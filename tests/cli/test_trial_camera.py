"""A campaign with a camera: the second policy's block is set up where the first one's stood."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import cv2
import numpy as np
import pytest

from diffpol_ros.cli import graph_listening, trial_camera
from diffpol_ros.cli.main import main
from diffpol_ros.cli.trial_eye import Sighted
from diffpol_ros.core.types import CameraImage, Pose

IMAGE = CameraImage(0, np.full((480, 640, 3), 90, np.uint8))


class Eye:
    """Sees the block further away at each look."""

    def __init__(self) -> None:
        self._x = 0.5

    def look(self) -> Sighted:
        self._x += 0.001
        return Sighted(IMAGE, Pose(np.array([self._x, 0.0, 0.03]), np.array([0.0, 0.0, 0.0, 1.0])))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    @contextmanager
    def eye(*_: object) -> Iterator[Eye]:
        yield Eye()

    monkeypatch.setattr(trial_camera, "camera_eye", eye)
    monkeypatch.setattr(graph_listening, "graph_listening", nullcontext)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "campaign"
    plan = ["--policies", "A=block_lift", "B=block_lift", "--trials", "1", "--output", str(folder)]
    assert main(["trial", "plan", *plan]) == 0
    return folder


def run(folder: Path, *more: str) -> int:
    return main(["trial", "run", str(folder), "--runner", "person", "--camera", "front", *more])


def test_each_trial_s_folder_shows_how_it_began(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\ns\n\n" * 2))
    assert run(folder, "--count", "0") == 0
    first, second = (folder / "trials" / name for name in ("001", "002"))
    assert (first / "start.png").is_file() and (second / "start.png").is_file()
    assert json.loads((first / "start.json").read_text())["first"]
    start = json.loads((second / "start.json").read_text())
    assert not start["first"] and start["near"] and start["offset"]["millimetres"] == pytest.approx(2.0)


def test_a_narrower_tolerance_asks_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\ns\n\n" + "\n\n\ns\n\n"))
    assert run(folder, "--count", "0", "--tolerance-mm", "1") == 0
    assert "2.0 mm, 0.0 degrees off; at most 1.0 mm, 3.0 degrees: [Enter] again" in capsys.readouterr().out


def test_a_condition_s_picture_is_laid_over_what_is_seen(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(folder / "left.png"), IMAGE.pixels)
    (folder / "c.yaml").write_text("conditions: [{seed: 0, name: left edge, picture: left.png}]")
    plan = ["--policies", "A=block_lift", "B=block_lift", "--conditions", str(folder / "c.yaml")]
    assert main(["trial", "plan", *plan, "--output", str(folder / "pictured")]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("\n\ns\n\n"))
    assert run(folder / "pictured") == 0
    assert (folder / "pictured" / "places" / "overlay.png").is_file()
    assert "its picture over what is seen now" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--camera", "frnt"], "did you mean 'front'"),
        (["--object", "blok"], "did you mean 'block'"),
        (["--tolerance-mm", "0"], "--tolerance-mm and --tolerance-deg must be above 0"),
    ],
)
def test_what_is_not_known_is_refused(
    folder: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, *arguments) == 1
    assert words in capsys.readouterr().err

"""A person puts the object where it stood when the other policies met the condition."""

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from diffpol_ros.cli.trial_eye import Sighted
from diffpol_ros.cli.trial_placing import Placing
from diffpol_ros.cli.trial_setup import Setting, SetUp
from diffpol_ros.core.types import CameraImage, Pose
from diffpol_ros.replay.overlay import CameraView, Pixels
from diffpol_ros.replay.place_overlay import GREEN, RED
from diffpol_ros.trials.place import Place, Tolerance
from diffpol_ros.trials.schedule import Condition
from tests.estimation.scenes import FRONT

VIEW = CameraView("front", FRONT.matrix, np.zeros(0), FRONT.pose.pose)
HALF = np.full(3, 0.03)
LEFT = Condition(0, "left edge")
UPRIGHT = np.array([0.0, 0.0, 0.0, 1.0])


def at(x: float) -> Pose:
    return Pose(np.array([x, 0.0, 0.03]), UPRIGHT)


class Eye:
    """Sees the block wherever `places` has it next; the last one stays."""

    def __init__(self, *places: float | None) -> None:
        self._places = list(places)

    def look(self) -> Sighted:
        x = self._places.pop(0) if len(self._places) > 1 else self._places[0]
        image = CameraImage(0, np.full((480, 640, 3), 90, np.uint8))
        return Sighted(image, None if x is None else at(x))


def set_up(folder: Path, *places: float | None) -> SetUp:
    return SetUp(folder, Eye(*places), VIEW, HALF, Tolerance(3.0, 3.0))


def placed(answers: list[str | None], made: SetUp, setting: Setting) -> list[str]:
    """Return what was told while somebody placed the object."""
    waiting: Iterator[str | None] = iter(answers)
    told: list[str] = []
    Placing(made, lambda *_: next(waiting), told.append, told.append)(setting)
    return told


def picture(path: Path) -> Pixels:
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image[:, :, ::-1], np.uint8)


def has(image: Pixels, colour: tuple[int, int, int]) -> bool:
    return bool((np.abs(image.astype(int) - colour).max(axis=2) < 8).any())


def test_the_first_trial_s_place_is_asked_of_the_next(tmp_path: Path) -> None:
    assert "becomes its place" in placed([""], set_up(tmp_path, 0.5), Setting(1, 1, LEFT))[1]
    told = placed([None, None, ""], set_up(tmp_path, 0.52, 0.51, 0.501), Setting(2, 1, LEFT))
    assert told[1:] == [
        "   20.0 mm, 0.0 degrees off; at most 3.0 mm, 3.0 degrees",
        "   10.0 mm, 0.0 degrees off; at most 3.0 mm, 3.0 degrees",
        "ok 1.0 mm, 0.0 degrees off; near enough",
    ]
    start = json.loads((tmp_path / "places" / "002.json").read_text())
    assert start["condition"] == "left edge" and start["offset"]["millimetres"] == pytest.approx(1.0)


def test_another_condition_has_another_place(tmp_path: Path) -> None:
    placed([""], set_up(tmp_path, 0.5), Setting(1, 1, LEFT))
    assert "becomes its place" in placed([""], set_up(tmp_path, 0.6), Setting(3, 2, Condition(1)))[1]


def test_a_sealed_place_is_asked_of_the_first_trial_already(tmp_path: Path) -> None:
    sealed = Condition(0, "left edge", place=Place((0.55, 0.0, 0.03)))
    assert "50.0 mm, 0.0 degrees off" in placed(["", ""], set_up(tmp_path, 0.5), Setting(1, 1, sealed))[1]
    assert not (tmp_path / "places" / "condition_001.json").exists()


def test_what_stands_too_far_off_needs_a_second_enter(tmp_path: Path) -> None:
    placed([""], set_up(tmp_path, 0.5), Setting(1, 1, LEFT))
    told = placed(["", "l", "", ""], set_up(tmp_path, 0.6), Setting(2, 1, LEFT))
    assert sum("starts all the same" in line for line in told) == 2
    assert json.loads((tmp_path / "places" / "002.json").read_text())["near"] is False


def test_an_object_that_is_not_seen_makes_no_place(tmp_path: Path) -> None:
    told = placed(["", ""], set_up(tmp_path, None), Setting(1, 1, LEFT))
    assert "not seen" in told[1] and not (tmp_path / "places" / "condition_001.json").exists()


def test_the_outline_is_green_near_its_place_and_red_elsewhere(tmp_path: Path) -> None:
    placed([""], set_up(tmp_path, 0.5), Setting(1, 1, LEFT))
    made = set_up(tmp_path, 0.55, 0.5)
    made.look(Setting(2, 1, LEFT))
    far = picture(made.picture(2))
    made.look(Setting(2, 1, LEFT))
    near = picture(made.picture(2))
    assert has(far[:400], RED) and not has(far[:400], GREEN)
    assert has(near[:400], GREEN) and not has(near[:400], RED)


def test_the_wanted_outline_is_where_the_camera_would_see_the_block(tmp_path: Path) -> None:
    made = set_up(tmp_path, None)
    made.look(Setting(1, 1, Condition(0, place=Place((0.5, 0.0, 0.03)))))
    image = picture(made.picture(1))[:400].astype(int)
    rows, columns = np.nonzero(np.abs(image - RED).max(axis=2) < 8)
    corners = VIEW.project(np.array([at(0.5).position + HALF * s for s in ([1, 1, 1], [1, -1, 1], [1, 1, -1])]))
    assert columns.min() == pytest.approx(corners[:, 0].min(), abs=4)
    assert columns.max() == pytest.approx(corners[:, 0].max(), abs=4)
    assert rows.max() == pytest.approx(corners[:, 1].max(), abs=4)


def test_picture_and_start_go_into_the_trial_s_folder(tmp_path: Path) -> None:
    made = set_up(tmp_path, 0.5)
    placed([""], made, Setting(7, 1, LEFT))
    (tmp_path / "room").mkdir()
    made.hand_over(7, tmp_path / "room")
    assert {each.name for each in (tmp_path / "room").iterdir()} == {"start.png", "start.json"}
    made.hand_over(8, tmp_path / "room")

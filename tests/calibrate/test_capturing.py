"""Which images become captures, what is still missing, and the session that saves them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks.calibration_prints import CHARUCO, rig_with
from benchmarks.calibration_rigs import hand_poses, project, random_rig
from diffpol_ros.calibrate.board import Board
from diffpol_ros.calibrate.captures import CaptureSet
from diffpol_ros.calibrate.capturing import Capturing, CapturingSettings
from diffpol_ros.calibrate.chain import moved
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.session import Session, SessionSettings
from diffpol_ros.calibrate.targets import TagCorners
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import Pose
from tests.estimation.scenes import BASE, BLOCK, CALIBRATION, FRONT, draw

IMAGE = np.full((48, 64), 120, np.uint8)
HAND = Pose(np.array([0.45, 0.0, 0.35]), np.array([1.0, 0.0, 0.0, 0.0]))
PERIOD = 0.05


def seen(shift: float = 0.0, count: int = 8) -> TagCorners:
    pixels = np.stack([10.0 * np.arange(count) + shift, np.zeros(count)], axis=1)
    return TagCorners(np.zeros((count, 3)), pixels, tuple(range(count)))


class Scene:
    """A hand and an image that stand still, for as long as is asked for, where one put them."""

    def __init__(self, capturing: Capturing) -> None:
        self.capturing, self.time = capturing, 0.0

    def stand(self, hand: Pose | None = HAND, shift: float = 0.0, seconds: float = 1.0, corners: int = 8) -> list[str]:
        """Return what was said of each image."""
        said = []
        for _ in range(round(seconds / PERIOD)):
            self.time += PERIOD
            if hand is not None:
                self.capturing.see_hand(to_ns(self.time), hand)
            said.append(self.capturing.see_image(IMAGE, to_ns(self.time), seen(shift, corners)))
        return said


def turned(x: float, y: float, z: float) -> Pose:
    return moved(HAND, np.concatenate([np.zeros(3), np.radians([x, y, z])]))


def test_one_still_view_is_taken_once_with_its_hand() -> None:
    capturing = Capturing(CapturingSettings())
    said = Scene(capturing).stand(seconds=2.0)
    assert said.count("") == len(capturing.captures) == 1
    assert said[0] == "the hand moves, or its pose does not come"
    assert said[-1] == "the hand was here already: move it on"
    assert capturing.captures[0].hand is not None
    np.testing.assert_allclose(capturing.captures[0].hand.position, HAND.position)


def test_a_hand_eye_session_asks_for_the_missing_turn_until_it_came() -> None:
    capturing = Capturing(CapturingSettings(captures=5))
    scene = Scene(capturing)
    for angle in (-20.0, -10.0, 0.0, 10.0, 20.0):
        scene.stand(turned(0.0, 0.0, angle))
    assert "turn it about its" in capturing.missing
    assert "more images" not in capturing.missing
    scene.stand(turned(-20.0, 0.0, 0.0))
    scene.stand(turned(20.0, 0.0, 0.0))
    assert capturing.missing == ""


def test_without_hand_poses_a_hand_eye_session_takes_nothing() -> None:
    capturing = Capturing(CapturingSettings())
    assert set(Scene(capturing).stand(hand=None)) == {"the hand moves, or its pose does not come"}


def test_for_intrinsics_the_target_must_have_moved_in_the_image() -> None:
    capturing = Capturing(CapturingSettings(purpose="intrinsics", captures=2))
    scene = Scene(capturing)
    assert scene.stand(hand=None, seconds=2.0).count("") == 1
    assert capturing.missing.startswith("1 more images; ")
    assert scene.stand(hand=None, shift=5.0).count("") == 0
    assert scene.stand(hand=None, shift=50.0).count("") == 1
    assert capturing.missing == "no view shows 12 corners of the board"


def test_for_intrinsics_the_views_that_a_lens_needs_are_asked_for() -> None:
    rng = np.random.default_rng(0)
    rig = rig_with(random_rig(rng, "base"), Board(CHARUCO))
    capturing = Capturing(CapturingSettings(purpose="intrinsics", captures=3))
    for index, hand in enumerate(hand_poses(rig, rng, 3)):
        pixels = project(rig.camera, rig.in_camera(hand), rig.points)
        seen = TagCorners(rig.points, pixels, tuple(range(len(pixels))))
        assert capturing.see_image(np.zeros((480, 640), np.uint8), index, seen, forced=True) == ""
    assert "more images" not in capturing.missing
    assert "view" in capturing.missing


def test_for_extrinsics_the_same_view_is_wanted_again_and_again() -> None:
    capturing = Capturing(CapturingSettings(purpose="extrinsics", captures=4))
    said = Scene(capturing).stand(hand=None, seconds=2.0)
    assert said.count("") == 4
    assert said[-1] == "enough are taken"


def test_a_wiggle_takes_every_image_and_every_hand() -> None:
    capturing = Capturing(CapturingSettings(purpose="time_offset", wiggle=1.0))
    assert "1 s more of wiggling" in capturing.missing
    said = Scene(capturing).stand(seconds=2.0)
    assert len(capturing.captures) == 21
    assert said[-1] == "the wiggle is recorded"
    assert len(capturing.hands) == 40


def test_an_image_that_moves_or_lacks_the_target_is_not_taken() -> None:
    capturing = Capturing(CapturingSettings(purpose="intrinsics"))
    scene = Scene(capturing)
    said = [scene.stand(hand=None, shift=2.0 * step, seconds=PERIOD)[0] for step in range(30)]
    assert set(said) == {"the image moves"}
    assert set(scene.stand(hand=None, corners=3)) == {"the target is not in view"}
    assert capturing.see_image(IMAGE, to_ns(99.0), None) == "the target is not in view"


def test_what_is_asked_for_is_taken_though_it_is_not_new() -> None:
    capturing = Capturing(CapturingSettings())
    scene = Scene(capturing)
    scene.stand()
    assert capturing.see_image(IMAGE, to_ns(scene.time), seen(), forced=True) == ""
    assert len(capturing.captures) == 2


def test_an_unknown_purpose_is_refused() -> None:
    with pytest.raises(ValueError, match="purpose is 'pose'"):
        CapturingSettings(purpose="pose")


@dataclass(frozen=True)
class Told(SessionSettings, CapturingSettings):
    """Both groups, as the node has them."""


def session(folder: Path, purpose: str, landmark: str = "base", **more: object) -> Session:
    landmarks = (str(CALIBRATION / "objects" / f"{landmark}.yaml"),)
    told = Told(folder=str(folder), landmarks=landmarks, purpose=purpose, **more)
    return Session(told, Capturing(told))


def test_a_session_saves_what_a_calibration_reads(tmp_path: Path) -> None:
    running = session(tmp_path / "new", "extrinsics", captures=2, serial="A1")
    place = BASE.fixed_pose
    assert place is not None
    image = draw(FRONT, [(BASE, place.pose)])
    assert "no image of camera front" in running.capture_now()
    taken = [running.see_image(image, to_ns(0.2 * index)) for index in range(6)]
    assert sum(taken) == running.count == 2
    assert "2 images saved" in running.finish()
    running.close()
    loaded = CaptureSet.load(tmp_path / "new")
    assert (loaded.camera, loaded.serial, len(loaded.captures)) == ("front", "A1", 2)
    assert not running.unsaved
    assert not running.see_image(image, to_ns(9.0))
    with pytest.raises(Refusal, match="saved in"):
        running.finish()


def test_a_wiggle_is_saved_with_its_hands(tmp_path: Path) -> None:
    running = session(tmp_path, "time_offset")
    for index in range(12):
        running.see_hand(to_ns(0.01 * index), HAND)
    assert running.see_image(IMAGE, 5)
    assert "still missing: 10 s more" in running.finish()
    assert len(CaptureSet.load(tmp_path).hands) == 12


def test_a_session_without_an_image_has_nothing_to_save(tmp_path: Path) -> None:
    running = session(tmp_path, "time_offset")
    with pytest.raises(Refusal, match="nothing was captured: no image came"):
        running.finish()


def test_another_image_size_is_refused(tmp_path: Path) -> None:
    running = session(tmp_path, "time_offset")
    running.see_image(IMAGE, 5)
    with pytest.raises(Refusal, match=r"images of two sizes, \(48, 64\) and \(64, 48\)"):
        running.see_image(np.rot90(IMAGE), 6)


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "something").write_text("", encoding="utf-8")
    with pytest.raises(ResourceError, match="is not an empty folder"):
        session(tmp_path, "time_offset")


def test_nothing_to_look_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="nothing to look for"):
        session(tmp_path, "hand_eye", board="")
    with pytest.raises(Refusal, match=f"'{BLOCK.name}' has no fixed_pose"):
        session(tmp_path, "extrinsics", landmark="block")

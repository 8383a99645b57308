"""Joins a trial's set-up with a camera of the running graph, and with a window where there is a display."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from diffpol_ros.cli.graph_listening import Listen
from diffpol_ros.cli.trial import RunTrial
from diffpol_ros.cli.trial_eye import PlaceEye, camera_eye
from diffpol_ros.cli.trial_placing import Placing, Typed, typed_within
from diffpol_ros.cli.trial_setup import PLACES, Setting, SetUp
from diffpol_ros.cli.trial_window import open_window
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.types import Array, CameraImage
from diffpol_ros.estimation.calibration import CameraCalibration, ObjectModel, load_camera, load_object
from diffpol_ros.replay.overlay import CameraView
from diffpol_ros.trials.campaign import Campaign
from diffpol_ros.trials.overlay import write_overlay
from diffpol_ros.trials.place import Tolerance
from diffpol_ros.trials.schedule import Condition

Place = Callable[[int, Condition], None]
HandOver = Callable[[int, Path], None]


@contextmanager
def placing(
    options: RunTrial, campaign: Campaign, listen: Listen, typed: Typed = typed_within
) -> Iterator[tuple[Place, HandOver]]:
    """Give what places the object before a trial, and what puts the picture of it into the trial's folder.

    listen: hears the camera's images. typed: waits a while for the operator.
    """
    camera, model = _camera(options), load_object(options.object)
    tolerance = Tolerance(options.tolerance_mm, options.tolerance_deg)
    with camera_eye(listen, camera, model) as eye:
        show = open_window(f"diffpol trial: {campaign.folder.name}")
        set_up = SetUp(campaign.folder, eye, _view(camera), half_size(model), tolerance, show)
        place = Placing(set_up, typed)

        def at(trial: int, condition: Condition) -> None:
            if condition.picture:
                over = write_overlay(_Still(eye), Path(condition.picture), _folder(campaign))
                print(f"its picture over what is seen now: {over}")
            place(Setting(trial, campaign.trial(trial).condition + 1, condition))

        yield at, set_up.hand_over


class _Still:
    """An eye that tells images only."""

    def __init__(self, eye: PlaceEye) -> None:
        self._eye = eye

    def look(self) -> CameraImage:
        return self._eye.look().image


def _folder(campaign: Campaign) -> Path:
    folder = campaign.folder / PLACES
    folder.mkdir(exist_ok=True)
    return folder


def half_size(model: ObjectModel) -> Array:
    """Return half the edges (3,) [m] of the box on whose faces the object's tags lie."""
    return np.abs(np.array([tag.position for tag in model.tags])).max(axis=0)


def _camera(options: RunTrial) -> CameraCalibration:
    if options.tolerance_mm <= 0.0 or options.tolerance_deg <= 0.0:
        raise SettingsError("--tolerance-mm and --tolerance-deg must be above 0")
    camera = load_camera(options.camera)
    if camera.mount != "base":
        raise SettingsError(f"--camera {camera.name} sits on the hand: give one that stands still")
    return camera


def _view(camera: CameraCalibration) -> CameraView:
    return CameraView(camera.name, camera.matrix, np.array(camera.distortion), camera.pose.pose)

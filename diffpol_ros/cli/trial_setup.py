"""The set-up of a trial before a camera: where the object shall stand, where it stands, and how far that is."""

import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np

from diffpol_ros.cli.trial_eye import PlaceEye, Sighted
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.types import Array
from diffpol_ros.replay.overlay import CameraView, Pixels
from diffpol_ros.replay.place_overlay import Placing, draw_placing
from diffpol_ros.trials.place import Offset, Place, Tolerance, offset, place_of, read_place, write_place
from diffpol_ros.trials.schedule import Condition

PLACES, PICTURE, START = "places", "start.png", "start.json"


@dataclass(frozen=True)
class Setting:
    """What is set up. number: of the trial. block: the number of its condition, from 1."""

    number: int
    block: int
    condition: Condition


@dataclass(frozen=True)
class Standing:
    """How it stands. first: no trial has met this condition yet, so the object may be put anywhere."""

    text: str
    seen: bool
    first: bool
    near: bool
    offset: Offset | None = None
    place: Place | None = None


class SetUp:
    """Draws each look into places/<trial>.png; what stands there at the start is kept beside it."""

    def __init__(
        self,
        folder: Path,
        eye: PlaceEye,
        view: CameraView,
        half_size: Array,
        tolerance: Tolerance,
        show: Callable[[Pixels], None] | None = None,
    ) -> None:
        """Keep places in the campaign's `folder`; half_size: of the object's box (3,) [m]. show: a window, if any."""
        self._folder, self._eye, self._view = folder / PLACES, eye, view
        self._half_size, self._tolerance, self._show = half_size, tolerance, show

    def look(self, setting: Setting) -> Standing:
        """Look, draw, and say how it stands."""
        sighted, wanted = self._eye.look(), self._wanted(setting)
        standing = self._standing(sighted, wanted)
        drawn = draw_placing(
            sighted.image.pixels,
            self._view,
            Placing(
                None if wanted is None else wanted.pose,
                sighted.pose,
                self._half_size,
                standing.near,
                f"trial {setting.number}: {setting.condition}",
                standing.text,
            ),
        )
        self._write(self.picture(setting.number), drawn)
        if self._show is not None:
            self._show(drawn)
        return standing

    def keep(self, setting: Setting, standing: Standing) -> None:
        """Keep how the trial began; the first one's place is the place of its condition."""
        if standing.place is not None and standing.first:
            write_place(self._place(setting), standing.place)
        told = {"trial": setting.number, "condition": str(setting.condition), **asdict(standing)}
        self._start(setting.number).write_text(json.dumps(told) + "\n", encoding="utf-8")

    def picture(self, number: int) -> Path:
        """Return where the picture of a trial's set-up is."""
        return self._folder / f"{number:03d}.png"

    def hand_over(self, number: int, folder: Path) -> None:
        """Move picture and start of a trial into its folder."""
        for path, name in ((self.picture(number), PICTURE), (self._start(number), START)):
            if path.is_file():
                shutil.move(path, folder / name)

    def _standing(self, sighted: Sighted, wanted: Place | None) -> Standing:
        place = None if sighted.pose is None else place_of(sighted.pose)
        first = wanted is None
        if sighted.pose is None:
            return Standing("not seen: no tag of it in this image", seen=False, first=first, near=False)
        if wanted is None:
            words = "first trial of this condition: where it stands now becomes its place"
            return Standing(words, seen=True, first=True, near=True, place=place)
        far = offset(wanted.pose, sighted.pose)
        near = self._tolerance.holds(far)
        allowed = Offset(self._tolerance.millimetres, self._tolerance.degrees)
        words = f"{far} off; {'near enough' if near else f'at most {allowed}'}"
        return Standing(words, seen=True, first=False, near=near, offset=far, place=place)

    def _wanted(self, setting: Setting) -> Place | None:
        return setting.condition.place or read_place(self._place(setting))

    def _place(self, setting: Setting) -> Path:
        return self._folder / f"condition_{setting.block:03d}.json"

    def _start(self, number: int) -> Path:
        return self._folder / f"{number:03d}.json"

    def _write(self, path: Path, pixels: Pixels) -> None:
        done, data = cv2.imencode(".png", np.ascontiguousarray(pixels[:, :, ::-1]))
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # An image viewer that follows the file never sees half of it.
            beside = path.with_suffix(".new")
            beside.write_bytes(data.tobytes() if done else b"")
            beside.replace(path)
        except OSError as error:
            raise ResourceError(f"{path}: cannot be written: {error.strerror or error}") from error

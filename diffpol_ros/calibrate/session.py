"""One session of capturing: what is looked for, what was taken, and the folder it is saved in."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from diffpol_ros.calibrate.captures import CaptureSet
from diffpol_ros.calibrate.capturing import Capturing
from diffpol_ros.calibrate.opening import TargetSettings, open_target
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.detection.images import GreyImage


@dataclass(frozen=True)
class SessionSettings(TargetSettings):
    """Which camera is captured, and where to."""

    camera: str = setting("front", description="Name, as in the topic camera/<name>/image_raw")
    serial: str = setting("", description="Serial number of the camera, kept with the calibration")
    folder: str = setting("results/captures", description="Folder of the images; must be empty or not exist yet")


class Session:
    """Looks for the target in the images of one camera, and keeps those that are worth it."""

    def __init__(self, settings: SessionSettings, capturing: Capturing) -> None:
        """Look for what `settings` say, with what `capturing` takes; the folder must be free."""
        self._settings, self._capturing = settings, capturing
        self._folder = Path(settings.folder).absolute()
        if self._folder.exists() and (not self._folder.is_dir() or any(self._folder.iterdir())):
            raise ResourceError(f"{self._folder}: is not an empty folder: name another one in `folder`")
        self._taken = ExitStack()
        self._wiggle = capturing.settings.purpose == "time_offset"
        # A wiggle is recorded whole and looked at afterwards: no pose of the hand may be missed for a detection.
        self._target = (
            None if self._wiggle else self._taken.enter_context(open_target(settings, capturing.settings.purpose))
        )
        self._last: tuple[GreyImage, int] | None = None
        self._refused, self._saved = "", 0

    def see_hand(self, stamp_ns: int, pose: Pose) -> None:
        """Take one pose of the tool centre point in the robot base frame."""
        self._capturing.see_hand(stamp_ns, pose)

    def see_image(self, image: GreyImage, stamp_ns: int) -> bool:
        """Take an image if it is worth it; return whether it was taken."""
        first = self._capturing.captures[:1]
        if first and first[0].image.shape != image.shape:
            raise Refusal(
                f"camera {self._settings.camera}: images of two sizes, {first[0].image.shape} and {image.shape}"
            )
        self._last = (image, stamp_ns)
        return self._look(forced=False)

    def capture_now(self) -> str:
        """Take the last image whether it stands still or not; return an empty text, or why it cannot be."""
        if self._last is None:
            return f"no image of camera {self._settings.camera} came yet"
        return "" if self._look(forced=True) else self._refused

    def finish(self) -> str:
        """Save what was taken; return what was saved where and what it lacks."""
        captures = self._capturing.captures
        if self._saved:
            raise Refusal(f"{self._saved} images are saved in {self._folder} already")
        if not captures:
            raise Refusal(f"nothing was captured: {self._refused or 'no image came'}")
        told = self._settings
        CaptureSet(told.camera, tuple(captures), told.serial, tuple(self._capturing.hands)).save(self._folder)
        self._saved = len(captures)
        lacking = f"; still missing: {self.missing}" if self.missing else ""
        return f"{len(captures)} images saved in {self._folder}{lacking}"

    def close(self) -> None:
        """Free what looks for the target."""
        self._taken.close()

    @property
    def unsaved(self) -> bool:
        """Return whether something was captured and not saved yet."""
        return bool(self._capturing.captures) and not self._saved

    @property
    def count(self) -> int:
        """Return how many images were taken."""
        return len(self._capturing.captures)

    @property
    def missing(self) -> str:
        """Return what the session lacks, or an empty text."""
        return self._capturing.missing

    @property
    def progress(self) -> str:
        """Return what a person who captures wants to read; it changes a few times a second at most."""
        lacking = self.missing or "enough is captured: call calibration/finish, or press Ctrl-C"
        return lacking if self._wiggle else f"{self.count} taken; {lacking}"

    @property
    def values(self) -> Mapping[str, object]:
        """Return the figures for diagnostics."""
        return {
            "purpose": self._capturing.settings.purpose,
            "captures": self.count,
            "saved": self._saved,
            "last_image": self._refused or "taken",
        }

    def _look(self, forced: bool) -> bool:
        if self._last is None:
            return False
        if self._saved:
            self._refused = f"saved in {self._folder}: start anew with another folder"
            return False
        image, stamp_ns = self._last
        seen = None if self._target is None else self._target.detect(image)
        self._refused = self._capturing.see_image(image, stamp_ns, seen, forced)
        return not self._refused

"""Which images of a live camera become captures: still ones, of views not yet taken, or all of a wiggle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from diffpol_ros.calibrate.board import BoardSighting
from diffpol_ros.calibrate.captures import Capture
from diffpol_ros.calibrate.coverage import missing_views
from diffpol_ros.calibrate.motion import missing_turn
from diffpol_ros.calibrate.stillness import HandWatch, ImageWatch, StillnessSettings, new_hand, new_image
from diffpol_ros.calibrate.targets import Seen
from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.detection.images import GreyImage

Purpose = Literal["intrinsics", "extrinsics", "hand_eye", "time_offset"]
PURPOSES: tuple[Purpose, ...] = ("intrinsics", "extrinsics", "hand_eye", "time_offset")


@dataclass(frozen=True)
class CapturingSettings(StillnessSettings):
    """What is captured, and when it is enough."""

    purpose: str = setting("hand_eye", description="intrinsics, extrinsics, hand_eye or time_offset (a wiggle)")
    captures: int = setting(15, description="Images that are wanted", minimum=1, maximum=500)
    corners: int = setting(4, description="An image with fewer corners of the target is not taken", minimum=4)
    turn_deg: float = setting(30.0, description="The hand shall turn so far about two axes [deg]", minimum=1.0)
    wiggle: float = setting(10.0, description="Seconds of a wiggle", minimum=1.0, maximum=30.0)

    def __post_init__(self) -> None:
        """Refuse a purpose that does not exist."""
        if self.purpose not in PURPOSES:
            raise ValueError(f"purpose is {self.purpose!r}, expected one of {', '.join(PURPOSES)}")


class Capturing:
    """Collects the captures of one session. Feed it all hand poses and what the images show; not for two threads."""

    def __init__(self, settings: CapturingSettings) -> None:
        """Start without captures."""
        self.settings = settings
        self.captures: list[Capture] = []
        self.hands: list[tuple[int, Pose]] = []
        self._corners: list[Mapping[int, Array]] = []
        self._views: list[BoardSighting] = []
        self._missing_views: tuple[str, ...] = ()
        self._hand, self._image = HandWatch(settings), ImageWatch(settings)

    def see_hand(self, stamp_ns: int, pose: Pose) -> None:
        """Take one pose of the tool centre point in the robot base frame."""
        self._hand.see(stamp_ns, pose)
        if self.settings.purpose == "time_offset":
            self.hands.append((stamp_ns, pose))

    def see_image(self, image: GreyImage, stamp_ns: int, seen: Seen | None, forced: bool = False) -> str:
        """Take an image if it is worth it, or if it is `forced`; return an empty text, or why it was not taken."""
        if self.settings.purpose == "time_offset":
            return self._record(image, stamp_ns)
        if seen is None or len(seen.ids) < self.settings.corners:
            return "the target is not in view"
        corners = {int(key): pixel for key, pixel in zip(seen.ids, seen.pixels, strict=True)}
        self._image.see(stamp_ns, corners)
        hand = self._hand.rest(stamp_ns)
        reason = self._reason(hand, corners, forced)
        if not reason:
            self.captures.append(Capture(image.copy(), stamp_ns, hand))
            self._corners.append(corners)
            if self.settings.purpose == "intrinsics":
                self._cover(seen)
        return reason

    @property
    def missing(self) -> str:
        """Return what the session lacks, or an empty text where it is enough."""
        if self.settings.purpose == "time_offset":
            left = self.settings.wiggle - self._recorded_s
            return f"{left:.0f} s more of wiggling: briskly, irregularly, about two axes" if left > 0.0 else ""
        count = self.settings.captures - len(self.captures)
        texts = [f"{count} more images"] if count > 0 else []
        if self.settings.purpose == "intrinsics":
            texts += self._missing_views
        if self.settings.purpose == "hand_eye":
            texts.append(missing_turn(self._taken_from, np.radians(self.settings.turn_deg)))
        return "; ".join(text for text in texts if text)

    def _cover(self, seen: Seen) -> None:
        """Find out which views of the lens are missing; that takes too long to be asked for at every image."""
        self._views.append(BoardSighting(seen.points, seen.pixels, tuple(int(key) for key in seen.ids)))
        height, width = self.captures[0].image.shape
        self._missing_views = missing_views(self._views, (width, height))

    def _record(self, image: GreyImage, stamp_ns: int) -> str:
        if not self.missing:
            return "the wiggle is recorded"
        self.captures.append(Capture(image.copy(), stamp_ns, None))
        return ""

    def _reason(self, hand: Pose | None, corners: Mapping[int, Array], forced: bool) -> str:
        """Return why an image is not taken."""
        needs_hand = self.settings.purpose == "hand_eye"
        if needs_hand and hand is None:
            return "the hand moves, or its pose does not come"
        if forced:
            return ""
        if not self._image.still():
            return "the image moves"
        if self.settings.purpose == "extrinsics":
            return "" if len(self.captures) < self.settings.captures else "enough are taken"
        if needs_hand and hand is not None:
            return "" if new_hand(hand, self._taken_from, self.settings) else "the hand was here already: move it on"
        return "" if new_image(corners, self._corners, self.settings) else "the target was here already: move it on"

    @property
    def _taken_from(self) -> list[Pose]:
        return [capture.hand for capture in self.captures if capture.hand is not None]

    @property
    def _recorded_s(self) -> float:
        return to_seconds(self.captures[-1].stamp_ns - self.captures[0].stamp_ns) if self.captures else 0.0

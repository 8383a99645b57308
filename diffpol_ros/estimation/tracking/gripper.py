"""Whether the gripper has closed on something, from its width alone."""

from collections import deque
from dataclasses import dataclass

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.settings import setting

REMEMBERED_NS = to_ns(2.0)


@dataclass(frozen=True)
class GripperSettings:
    """When fingers are taken to hold something."""

    grasp_empty_width: float = setting(0.004, description="Fingers closer than this hold nothing [m]", minimum=0.0)
    grasp_closing: float = setting(0.005, description="They came together by at least this [m]", minimum=0.0)
    grasp_settled: float = setting(0.1, description="and have been still for this long [s]", minimum=0.0)
    grasp_stillness: float = setting(0.001, description="which means that they moved less than this [m]", minimum=0.0)
    grasp_opening: float = setting(0.004, description="They let go when they open by this [m]", minimum=0.0)


@dataclass(frozen=True)
class Hold:
    """A stretch of time over which the fingers held something; until_ns: None while they still do.

    width: distance between the fingers then [m].
    """

    since_ns: int
    width: float
    until_ns: int | None = None


class GripperWatch:
    """Follows the distance between the fingers in the order of time."""

    def __init__(self, settings: GripperSettings) -> None:
        """Start with nothing held."""
        self._settings = settings
        self._widths: deque[tuple[int, float]] = deque()
        self.hold: Hold | None = None

    def add(self, stamp_ns: int, width: float) -> bool:
        """Take one width [m] and return whether the fingers have just closed on something; older ones are ignored."""
        if self._widths and stamp_ns <= self._widths[-1][0]:
            return False
        self._widths.append((stamp_ns, width))
        while self._widths[0][0] < stamp_ns - REMEMBERED_NS:
            self._widths.popleft()
        if self.hold and self.hold.until_ns is None:
            self._watch(self.hold, stamp_ns, width)
            return False
        return self._closed(stamp_ns, width)

    def clear(self) -> None:
        """Forget everything."""
        self._widths.clear()
        self.hold = None

    def release(self, stamp_ns: int) -> None:
        """Take it that what was held is no longer: it was seen elsewhere."""
        if self.hold and self.hold.until_ns is None:
            self.hold = Hold(self.hold.since_ns, self.hold.width, stamp_ns)
            self._widths.clear()

    def _watch(self, hold: Hold, stamp_ns: int, width: float) -> None:
        if width > hold.width + self._settings.grasp_opening or width < self._settings.grasp_empty_width:
            self.release(stamp_ns)

    def _closed(self, stamp_ns: int, width: float) -> bool:
        settled_ns = stamp_ns - to_ns(self._settings.grasp_settled)
        if width < self._settings.grasp_empty_width or self._widths[0][0] > settled_ns:
            return False
        lately = [one for when_ns, one in self._widths if when_ns >= settled_ns]
        came = max(one for _, one in self._widths) - width
        if max(lately) - min(lately) > self._settings.grasp_stillness or came < self._settings.grasp_closing:
            return False
        self.hold = Hold(settled_ns, width)
        return True

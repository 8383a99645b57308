"""Stamps of images as they arrive: in time, late, too late, twice, or from before time was set back."""

from enum import Enum

# So many images too late in a row, from whichever cameras: the one that was ahead of them is no longer heard.
ABANDONED = 30


class Arrival(Enum):
    """What the stamp of an image means."""

    IN_TIME = "in_time"
    LATE = "late"
    TOO_LATE = "out_of_order"
    REPEATED = "repeated"
    SET_BACK = "time_set_back"

    @property
    def used(self) -> bool:
        """Return whether the image may still become an estimate."""
        return self not in (Arrival.TOO_LATE, Arrival.REPEATED)


class Arrivals:
    """The stamps of the last moments, of all cameras together."""

    def __init__(self, window_ns: int, restart_after_ns: int) -> None:
        """Images late by up to `window_ns` are used; time was set back if a camera is this late behind itself."""
        self._window_ns, self._restart_after_ns = window_ns, restart_after_ns
        self._taken: set[tuple[int, str]] = set()
        self._newest_ns: dict[str, int] = {}
        self._too_late = 0

    @property
    def newest_ns(self) -> int:
        """Return the newest stamp, 0 before the first."""
        return max(self._newest_ns.values(), default=0)

    def take(self, camera: str, stamp_ns: int) -> Arrival:
        """Return what an image of a camera is, by its stamp.

        A camera that is always behind another (its clock, its cable) says nothing about time: only its images are lost.
        """
        late_ns = self.newest_ns - stamp_ns if self._newest_ns else 0
        if self._set_back(camera, stamp_ns):
            self.clear()
            self._add(camera, stamp_ns)
            return Arrival.SET_BACK
        if (stamp_ns, camera) in self._taken:
            return Arrival.REPEATED
        if late_ns > self._window_ns:
            self._too_late += 1
            return Arrival.TOO_LATE
        self._add(camera, stamp_ns)
        return Arrival.LATE if late_ns > 0 else Arrival.IN_TIME

    def clear(self) -> None:
        """Forget all stamps."""
        self._taken.clear()
        self._newest_ns.clear()
        self._too_late = 0

    def _set_back(self, camera: str, stamp_ns: int) -> bool:
        behind_itself_ns = self._newest_ns.get(camera, stamp_ns) - stamp_ns
        return behind_itself_ns > self._restart_after_ns or self._too_late >= ABANDONED

    def _add(self, camera: str, stamp_ns: int) -> None:
        self._too_late = 0
        self._taken.add((stamp_ns, camera))
        if stamp_ns >= self.newest_ns:
            self._taken = {one for one in self._taken if one[0] >= stamp_ns - self._window_ns}
        self._newest_ns[camera] = max(stamp_ns, self._newest_ns.get(camera, stamp_ns))

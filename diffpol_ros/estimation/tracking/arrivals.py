"""Stamps of images as they arrive: in time, late, too late, twice, or from before time was set back."""

from enum import Enum


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
        """Images late by up to `window_ns` are used; by more than `restart_after_ns`, time was set back."""
        self._window_ns, self._restart_after_ns = window_ns, restart_after_ns
        self._taken: set[tuple[int, str]] = set()
        self._newest_ns: int | None = None

    @property
    def newest_ns(self) -> int:
        """Return the newest stamp, 0 before the first."""
        return self._newest_ns or 0

    def take(self, camera: str, stamp_ns: int) -> Arrival:
        """Return what an image of a camera is, by its stamp."""
        late_ns = 0 if self._newest_ns is None else self._newest_ns - stamp_ns
        if late_ns > self._restart_after_ns:
            self.clear()
            self._add(camera, stamp_ns)
            return Arrival.SET_BACK
        if (stamp_ns, camera) in self._taken:
            return Arrival.REPEATED
        if late_ns > self._window_ns:
            return Arrival.TOO_LATE
        self._add(camera, stamp_ns)
        return Arrival.LATE if late_ns > 0 else Arrival.IN_TIME

    def clear(self) -> None:
        """Forget all stamps."""
        self._taken.clear()
        self._newest_ns = None

    def _add(self, camera: str, stamp_ns: int) -> None:
        self._taken.add((stamp_ns, camera))
        if self._newest_ns is None or stamp_ns > self._newest_ns:
            self._newest_ns = stamp_ns
            self._taken = {one for one in self._taken if one[0] >= stamp_ns - self._window_ns}

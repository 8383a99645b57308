"""Where objects were over time, as estimated then and now."""

from dataclasses import replace

import numpy as np

from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.journal.transcript import Played
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.reenact.estimation_changes import estimates_of
from diffpol_ros.reenact.traces import DEGREES, Apart, Collector, Rows, Trace
from diffpol_ros.replay.turning import turns


class EstimationTraces(Collector):
    """Collects them estimate by estimate."""

    def __init__(self) -> None:
        """Have nothing yet."""
        super().__init__()
        self._places: dict[str, Rows] = {}
        self._quaternions: dict[str, Rows] = {}

    def add(self, played: Played, difference: Difference | None) -> None:
        """Take what came of one line, and where that first differs."""
        then = _by_name_and_stamp(estimates_of(played.line.call, played.line.outcome))
        same = difference is None
        now = then if same else _by_name_and_stamp(estimates_of(played.line.call, played.outcome))
        for key in sorted({*then, *now}):
            self._take(*key, then.get(key), now.get(key))

    def courses(self) -> tuple[Trace | Apart, ...]:
        """Return them object by object."""
        return tuple(course for name in sorted(self._places) for course in self._of_object(name))

    def _take(self, name: str, stamp_ns: int, then: ObjectEstimate | None, now: ObjectEstimate | None) -> None:
        places, quaternions = self._places.setdefault(name, Rows(3)), self._quaternions.setdefault(name, Rows(4))
        places.add(stamp_ns, *(each and each.pose.position.tolist() for each in (then, now)))
        quaternions.add(stamp_ns, *(each and each.pose.quaternion.tolist() for each in (then, now)))

    def _of_object(self, name: str) -> list[Trace | Apart]:
        places = self._places[name].trace(f"place of {name}", "m", "xyz")
        turned = self._quaternions[name].trace(f"{name} turned about the base's axes since the first", "deg", "xyz")
        start = next(each for each in (*turned.then, *turned.now) if not np.isnan(each).any())
        then, now = (DEGREES * turns(each, start) for each in (turned.then, turned.now))
        between = DEGREES * np.array([rotation_between(*pair) for pair in zip(turned.then, turned.now, strict=True)])
        # Between a quaternion and itself rounding leaves some 1e-15.
        between[(turned.then == turned.now).all(axis=1)] = 0.0
        apart = Apart(f"{name}, turned from then", "deg", turned.entries, turned.stamps_ns, between)
        return [places, places.apart("mm", 1e3), replace(turned, then=then, now=now), apart]


def _by_name_and_stamp(estimates: list[ObjectEstimate]) -> dict[tuple[str, int], ObjectEstimate]:
    return {(each.name, each.stamp_ns): each for each in estimates}

"""The last moments of one object: what was seen when, so that what comes late is fused as if it had come in time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.fusion.fit import Fit, fit
from diffpol_ros.estimation.fusion.fusion import Measurement, settle
from diffpol_ros.estimation.fusion.projection import View
from diffpol_ros.estimation.fusion.settings import FusionSettings
from diffpol_ros.estimation.tracking.filter import FilterSettings, FilterState, Track, Verdict, follow, measured_state

SAME_EXPOSURE_NS = to_ns(0.001)
# Returns a state as it is to be expected at a later stamp, by what is known of the object's motion in between; None
# where it was carried and nobody knows whereto.
Predict = Callable[[FilterState, int], FilterState | None]


@dataclass(frozen=True, eq=False)
class Exposure:
    """What one camera saw of the object at one instant."""

    stamp_ns: int
    view: View


@dataclass(frozen=True)
class Outcome:
    """What became of one instant. verdict: None where nothing was measured, or it was not settled."""

    measurement: Measurement | None
    verdict: Verdict | None


@dataclass(frozen=True, eq=False)
class _Instant:
    """Exposures at one instant, the one fit to all of them, and what was known after it."""

    exposures: tuple[Exposure, ...]
    fit: Fit | None
    outcome: Outcome
    after: Track

    @property
    def stamp_ns(self) -> int:
        return self.exposures[-1].stamp_ns


class Timeline:
    """Exposures of one object in the order of their stamps, whatever the order in which they came.

    fixed: where the object is, if it never moves. `predict` says how it moves where that is known (in the gripper).
    """

    def __init__(
        self,
        fusion: FusionSettings,
        filtering: FilterSettings,
        fixed: Pose | None = None,
        predict: Predict | None = None,
    ) -> None:
        """Start knowing nothing."""
        self._fusion, self._filtering, self._fixed = fusion, filtering, fixed
        self._predict = predict or (lambda state, stamp_ns: state)
        self._instants: list[_Instant] = []
        self._settled = Track()
        self._grounds: Measurement | None = None

    @property
    def state(self) -> FilterState | None:
        """Return the present state."""
        return self._track.state

    @property
    def grounds(self) -> Measurement | None:
        """Return the newest measurement that the state rests on."""
        return _last_accepted(self._instants) or self._grounds

    @property
    def ambiguous(self) -> bool:
        """Return whether the newest images allow two poses, or their tags contradict each other."""
        newest = self._instants[-1].outcome.measurement if self._instants else None
        return newest is not None and not newest.settled

    def insert(self, exposure: Exposure) -> Outcome:
        """Take an exposure, late or not, and return what became of its instant."""
        before = [one for instant in self._instants for one in instant.exposures]
        exposures = sorted([*before, exposure], key=_order)
        groups = _group(exposures)
        kept = 0
        while kept < len(self._instants) and _same(groups[kept], self._instants[kept].exposures):
            kept += 1
        known = self._instants[kept:]
        self._instants = self._instants[:kept]
        for group in groups[kept:]:
            self._instants.append(self._go_on(group, known))
        return next(instant.outcome for instant in self._instants if exposure in instant.exposures)

    def forget(self, before_ns: int) -> list[tuple[int, Fit]]:
        """Close what lies before a stamp, and return the stamps and fits of what closed."""
        count = sum(instant.stamp_ns < before_ns for instant in self._instants)
        closed, self._instants = self._instants[:count], self._instants[count:]
        if closed:
            self._settled = closed[-1].after
            self._grounds = _last_accepted(closed) or self._grounds
        return [(instant.stamp_ns, instant.fit) for instant in closed if instant.fit]

    @property
    def _track(self) -> Track:
        return self._instants[-1].after if self._instants else self._settled

    def _go_on(self, exposures: tuple[Exposure, ...], known: Sequence[_Instant]) -> _Instant:
        """Return the next instant; its fit does not depend on what went before, so a known one serves again."""
        before, stamp_ns = self._track, exposures[-1].stamp_ns
        predicted = before.state and self._predict(before.state, stamp_ns)
        expected = predicted or before.state
        prior = self._fixed or self._believed(expected, stamp_ns)
        found = [instant.fit for instant in known if _same(instant.exposures, exposures)]
        of_corners = found[0] if found else fit([one.view for one in exposures], prior, self._fusion)
        measurement = settle(of_corners, prior, self._fusion) if of_corners else None
        if measurement is None or not measurement.settled:
            return _Instant(exposures, of_corners, Outcome(measurement, None), before)
        measured = measured_state(stamp_ns, measurement.pose, measurement.covariance, measurement.lasting)
        after, verdict = follow(Track(expected, before.doubted), measured, self._filtering)
        if not verdict.accepted:
            after = Track(before.state, after.doubted)
        elif predicted is None:
            # What was carried nobody knows whereto says whether to believe an image, but nothing to average with.
            after = Track(measured)
        return _Instant(exposures, of_corners, Outcome(measurement, verdict), after)

    def _believed(self, state: FilterState | None, stamp_ns: int) -> Pose | None:
        if state is None or stamp_ns - state.stamp_ns > to_ns(self._filtering.lost_after):
            return None
        return state.pose


def _last_accepted(instants: Sequence[_Instant]) -> Measurement | None:
    for instant in reversed(instants):
        if instant.outcome.verdict and instant.outcome.verdict.accepted:
            return instant.outcome.measurement
    return None


def _order(exposure: Exposure) -> tuple[int, str]:
    return exposure.stamp_ns, exposure.view.camera.name


def _group(exposures: Sequence[Exposure]) -> list[tuple[Exposure, ...]]:
    """Return exposures (sorted) as instants: of different cameras, within a millisecond of the first."""
    groups: list[list[Exposure]] = []
    for exposure in exposures:
        group = groups[-1] if groups else []
        near = group and exposure.stamp_ns - group[0].stamp_ns <= SAME_EXPOSURE_NS
        if near and all(other.view.camera.name != exposure.view.camera.name for other in group):
            group.append(exposure)
        else:
            groups.append([exposure])
    return [tuple(group) for group in groups]


def _same(one: Sequence[Exposure], other: Sequence[Exposure]) -> bool:
    return len(one) == len(other) and all(left is right for left, right in zip(one, other, strict=True))

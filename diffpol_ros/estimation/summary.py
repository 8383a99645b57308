"""The state of the whole stage in one line and a list of figures, for diagnostics."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.estimation.eye import Eye
from diffpol_ros.estimation.health.drift import Offset, Placement
from diffpol_ros.estimation.stage import EstimationStage

ALIKE = 0.25


@dataclass(frozen=True)
class Summary:
    """errors: cameras that cannot be used. warnings: what should be better. notes: what to know. values: figures."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...]
    values: Mapping[str, object]

    @property
    def message(self) -> str:
        """Return all of it in one line, empty where there is nothing to say."""
        return "; ".join((*self.errors, *self.warnings, *self.notes))


def summarize(stage: EstimationStage, now_ns: int, steady_ns: int) -> Summary:
    """Return the state at `now_ns` of the stamps' clock and `steady_ns` of the steady one."""
    values: dict[str, object] = {
        **stage.estimator.counters.values(),
        **{f"refused.{reason}": count for reason, count in sorted(stage.refused.items())},
    }
    errors, warnings, notes = [], [], []
    for name, eye in stage.eyes.items():
        values.update({**eye.health.values(steady_ns), **eye.landmarks.values(name)})
        errors += [text for text in (eye.health.complaint, _moved(eye)) if text]
        warnings += [*eye.health.warnings(steady_ns), *_drifting(eye)]
        warnings += _unverified(eye)
        notes += _unwatched(eye)
    for placement, text in stage.agreement.complaints():
        (errors if placement is Placement.MOVED else warnings).append(text)
    warnings += _moved_landmarks([eye.landmarks.misplaced for eye in stage.eyes.values()])
    for report in stage.reports(now_ns):
        if report.estimate is None:
            notes.append(f"{report.name}: seen, but two poses fit")
        else:
            values[f"tracking.{report.name}"] = report.estimate.tracking.value
            values[f"age_s.{report.name}"] = report.age
    return Summary(tuple(errors), tuple(warnings), tuple(notes), values)


def _moved(eye: Eye) -> str:
    return eye.landmarks.complaint(eye.calibration.name) if eye.out_of_place else ""


def _drifting(eye: Eye) -> list[str]:
    drifts = eye.landmarks.placement is Placement.DRIFTING
    return [eye.landmarks.complaint(eye.calibration.name)] if drifts else []


def _moved_landmarks(misplaced: Sequence[Mapping[str, Offset]]) -> list[str]:
    """Return which landmarks all cameras see off alike: cameras are not moved alike."""
    if len(misplaced) < 2:
        return []
    names = set(misplaced[0]).intersection(*misplaced[1:])
    alike = [name for name in sorted(names) if _agree([offsets[name] for offsets in misplaced])]
    return [f"all cameras see {name} off alike: it was moved, not they" for name in alike]


def _agree(offsets: Sequence[Offset]) -> bool:
    twists = np.array([one.twist for one in offsets])
    spread = np.linalg.norm(np.ptp(twists, axis=0)[:3])
    return bool(spread < ALIKE * min(one.shift for one in offsets))


def _unverified(eye: Eye) -> list[str]:
    name = eye.calibration.name
    unverified = eye.landmarks.placement is Placement.UNVERIFIED
    return [f"camera {name} is unverified: it has seen no landmark"] if unverified else []


def _unwatched(eye: Eye) -> list[str]:
    name = eye.calibration.name
    return [] if eye.landmarks.watching else [f"no landmark would tell that camera {name} was moved"]

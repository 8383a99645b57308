"""The state of the whole stage in one line and a list of figures, for diagnostics."""

from collections.abc import Mapping
from dataclasses import dataclass

from diffpol_ros.estimation.drift import Placement
from diffpol_ros.estimation.stage import EstimationStage, Eye


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
        notes += _unverified(eye)
    for report in stage.reports(now_ns):
        values[f"tracking.{report.estimate.name}"] = report.estimate.tracking.value
        values[f"age_s.{report.estimate.name}"] = report.age
    return Summary(tuple(errors), tuple(warnings), tuple(notes), values)


def _moved(eye: Eye) -> str:
    return eye.landmarks.complaint(eye.calibration.name) if eye.landmarks.placement is Placement.MOVED else ""


def _drifting(eye: Eye) -> list[str]:
    drifts = eye.landmarks.placement is Placement.DRIFTING
    return [eye.landmarks.complaint(eye.calibration.name)] if drifts else []


def _unverified(eye: Eye) -> list[str]:
    name = eye.calibration.name
    unverified = eye.landmarks.placement is Placement.UNVERIFIED
    return [f"camera {name} is unverified: it has seen no landmark"] if unverified else []

"""The state of the whole stage in one line and a list of figures, for diagnostics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.health import CameraHealth, displacement

LARGEST_SHIFT = 0.008
LARGEST_TURN = 0.05


@dataclass(frozen=True)
class Summary:
    """message: what is wrong, empty if nothing. broken: whether a camera cannot be used. values: the figures."""

    message: str
    broken: bool
    values: Mapping[str, object]


def summarize(estimator: Estimator, cameras: Iterable[CameraHealth], now_ns: int, steady_ns: int) -> Summary:
    """Return the state at `now_ns` of the stamps' clock and `steady_ns` of the steady one."""
    cameras, values, warnings = list(cameras), dict[str, object](estimator.counters.values()), []
    for health in cameras:
        values[f"rate_hz.{health.camera.name}"] = health.rate(steady_ns)
        if not health.complaint and health.silent(steady_ns):
            warnings.append(f"no images from camera {health.camera.name}")
    for estimate in estimator.estimates(now_ns):
        values[f"tracking.{estimate.name}"] = estimate.tracking.value
        values[f"age_s.{estimate.name}"] = to_seconds(now_ns - estimate.stamp_ns)
        warnings += _moved(estimator, estimate, values)
    complaints = [health.complaint for health in cameras if health.complaint]
    return Summary("; ".join([*complaints, *warnings]), bool(complaints), values)


def _moved(estimator: Estimator, estimate: ObjectEstimate, values: dict[str, object]) -> list[str]:
    """Return a warning where a fixed object is not seen where it is known to be: a camera was moved."""
    known = estimator.objects[estimate.name].fixed_pose
    if known is None:
        return []
    shift, turn = displacement(known.pose, estimate.pose)
    values.update({f"offset_mm.{estimate.name}": 1e3 * shift, f"offset_rad.{estimate.name}": turn})
    if shift <= LARGEST_SHIFT and turn <= LARGEST_TURN:
        return []
    return [f"{estimate.name} is seen {1e3 * shift:.1f} mm and {turn:.3f} rad off: a camera or the tag was moved"]

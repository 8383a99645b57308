"""How far each object's estimate can be trusted, as a message: told also where no image shows it."""

from collections.abc import Iterable

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from diffpol_ros.core.process_life import process_name
from diffpol_ros.core.statistics import largest_deviation
from diffpol_ros.core.types import Tracking
from diffpol_ros.estimation.report import ObjectReport
from diffpol_ros.estimation.sight import Sight
from diffpol_ros.nodes.diagnostics import PROCESS, Level, Report, status_message
from diffpol_ros.nodes.messages import to_stamp

LEVELS = {
    Tracking.TRACKING: Level.OK,
    Tracking.COASTING: Level.WARN,
    Tracking.STALE: Level.STALE,
    Tracking.LOST: Level.ERROR,
}
CAMERAS = "estimation/cameras"
"""The status that tells of all cameras together; no object can have this name."""
UNDECIDED = Report.error("seen, but two poses fit", {"tracking": Tracking.LOST.value, "seen": True, "ambiguous": True})
NEVER_SEEN = Report.error(Tracking.LOST.value, {"tracking": Tracking.LOST.value, "seen": False})


def to_status_message(
    names: Iterable[str], reports: Iterable[ObjectReport], now_ns: int, sight: Sight | None = None
) -> DiagnosticArray:
    """Return one status for each object of `names`, whether it was ever seen or not, and one of the cameras."""
    known = {report.name: _report(report) for report in reports}
    statuses = [status_message(name, known.get(name, NEVER_SEEN)) for name in names]
    if sight is not None:
        statuses.append(status_message(CAMERAS, _cameras(sight)))
    message = DiagnosticArray(status=statuses)
    message.header.stamp = to_stamp(now_ns)
    return message


def from_status_message(message: DiagnosticArray) -> dict[str, Tracking]:
    """Return how far each object of a status message can be trusted."""
    levels = {level.value: tracking for tracking, level in LEVELS.items()}
    statuses: list[DiagnosticStatus] = list(message.status)
    objects = [status for status in statuses if status.name != CAMERAS]
    return {status.name: levels[bytes(status.level)] for status in objects if bytes(status.level) in levels}


def blindness(message: DiagnosticArray) -> str:
    """Return why no camera shows anything, or an empty text: they do, or the message does not tell."""
    statuses: list[DiagnosticStatus] = list(message.status)
    cameras = [status for status in statuses if status.name == CAMERAS]
    blind = [status.message for status in cameras if bytes(status.level) == Level.ERROR.value]
    return blind[0] if blind else ""


def _cameras(sight: Sight) -> Report:
    level = Level.ERROR if sight.blind else Level.WARN if sight.lost else Level.OK
    lost = {f"lost.{name}": why for name, why in sight.lost.items()}
    return Report(level, sight.message or "seeing", {PROCESS: process_name(), **lost})


def _report(report: ObjectReport) -> Report:
    estimate = report.estimate
    if estimate is None:
        return UNDECIDED
    values = {
        "tracking": estimate.tracking.value,
        "seen": True,
        "stamp_ns": estimate.stamp_ns,
        "age_s": report.age,
        "position_std_mm": 1e3 * largest_deviation(estimate.covariance[:3, :3]),
        "rotation_std_mrad": 1e3 * largest_deviation(estimate.covariance[3:, 3:]),
        "tags": report.tags,
        "cameras": report.cameras,
        "residual_px": report.residual_px,
        "ambiguous": report.ambiguous,
    }
    return Report(LEVELS[estimate.tracking], estimate.tracking.value, values)

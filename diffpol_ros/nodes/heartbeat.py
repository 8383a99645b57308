"""A policy's heartbeat as a message: standard diagnostics, one status."""

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus

from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.core.errors import ObservationError
from diffpol_ros.core.process_life import process_name
from diffpol_ros.nodes.diagnostics import PROCESS, Report, status_message
from diffpol_ros.nodes.messages import to_stamp

TOPIC = "policy/status"
FIT = "fit"


def to_heartbeat_message(beat: Heartbeat, node: str, now_ns: int) -> DiagnosticArray:
    """Return what the policy in `node` says of itself: OK while it is fit, WARN with the reason while it is not."""
    values = {
        "instance": beat.instance,
        "model": beat.model,
        "digest": beat.digest,
        "robot": beat.robot,
        "base_frame": beat.base_frame,
        "step_s": beat.step_s,
        PROCESS: process_name(),
    }
    report = Report.ok(FIT, values) if beat.fit else Report.warn(beat.reason, values)
    message = DiagnosticArray(status=[status_message(node, report)])
    message.header.stamp = to_stamp(now_ns)
    return message


def from_heartbeat_message(message: DiagnosticArray) -> Heartbeat:
    """Return a message's heartbeat, or raise ObservationError where it is none."""
    statuses: list[DiagnosticStatus] = list(message.status)
    if len(statuses) != 1:
        raise ObservationError(f"{TOPIC} has {len(statuses)} statuses, expected one")
    (status,) = statuses
    told = {each.key: each.value for each in status.values}
    fit = bytes(status.level) == bytes(DiagnosticStatus.OK)
    try:
        step_s = float(told["step_s"])
        texts = (told[name] for name in ("instance", "model", "digest", "robot", "base_frame"))
        return Heartbeat(*texts, step_s=step_s, fit=fit, reason="" if fit else status.message)
    except (KeyError, ValueError) as error:
        raise ObservationError(f"{TOPIC} lacks or garbles {error}: it has {', '.join(told) or 'nothing'}") from error

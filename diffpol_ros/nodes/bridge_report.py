"""What /diagnostics says of the bridge: gate, loop, policy, and everything that was refused, by name."""

from diffpol_ros.bridge.bridge import Bridge
from diffpol_ros.bridge.recorded import RecordedBridge
from diffpol_ros.control.loop_timing import LoopTiming
from diffpol_ros.control.verdict import Stop, Verdict
from diffpol_ros.nodes.bridge_topics import verdict_report
from diffpol_ros.nodes.diagnostics import Level, Report


def bridge_report(bridge: RecordedBridge, timing: LoopTiming, verdict: Verdict) -> Report:
    """Return how the bridge is; `verdict` is its last."""
    summary, counts = timing.summary(), dict(bridge.counts)
    values = {
        **verdict_report(verdict).values,
        "rate_hz": summary.rate,
        "period_ms.median": summary.median_ms,
        "period_ms.p99": summary.p99_ms,
        "period_ms.worst": summary.worst_ms,
        "command_lead_s": bridge.follower.settings.command_lead,
        "robot.losses": bridge.link.losses,
        "journal.failure": bridge.journal.failure,
        **_policy_values(bridge),
        **{name: counts[name] for name in sorted(counts)},
    }
    if not bridge.link.connected:
        return Report.error(f"no robot: {bridge.link.complaint}", values)
    broken = isinstance(verdict, Stop)
    return Report(Level.ERROR if broken else Level.OK, verdict_report(verdict).message, values)


def _policy_values(bridge: Bridge) -> dict[str, object]:
    beat = bridge.policy.newest if bridge.policy else None
    if beat is None:
        return {"policy": "none heard" if bridge.policy else "not asked for"}
    reason = {} if beat.fit else {"policy.reason": beat.reason}
    return {
        "policy": beat.model,
        "policy.sha256": beat.digest,
        "policy.instance": beat.instance,
        "policy.fit": beat.fit,
        **reason,
    }

"""How the arm comes back once the cause is gone: each rule is carried out and checked."""

from collections.abc import Callable

from diffpol_ros.core.clock import to_ns
from diffpol_ros.faults.fault import Recovery
from diffpol_ros.faults.rig import Rig, RigError

LATCHED_S = 0.15
BACK_S = 20.0
AGAIN_S = 30.0
WATCHED_S = 2.0
"""For how long a bridge that came back is watched while chunks flow, before anybody touches it."""


def come_back(rule: Recovery, rig: Rig) -> str:
    """Bring the arm back as `rule` says; return what was not as it says, or an empty text."""
    ways: dict[Recovery, Callable[[Rig], str]] = {
        Recovery.NEVER_HELD: _by_itself,
        Recovery.GOES_ON: _by_itself,
        Recovery.ENABLE: _enabled_again,
        Recovery.RECOVER: _recovered,
        Recovery.RESPAWN: _respawned,
        Recovery.RESTART: _restarted,
    }
    try:
        return ways[rule](rig)
    except RigError as error:
        return f"recovery ({rule.value}): {error}"


def _by_itself(rig: Rig) -> str:
    mark_ns = rig.now_ns()
    rig.wait(lambda: _follows_after(rig, mark_ns), BACK_S, "following again by itself")
    return ""


def _enabled_again(rig: Rig) -> str:
    complaint = _stays_stopped(rig)
    if complaint:
        return complaint
    _require(rig, "bridge/reset")
    _enable(rig)
    return ""


def _recovered(rig: Rig) -> str:
    complaint = _stays_stopped(rig)
    if complaint:
        return complaint
    _require(rig, "bridge/reset")
    if rig.call("bridge/enable").success:
        return "the arm was enabled although the robot had latched an error that nobody cleared"
    _require(rig, "bridge/recover")
    _require(rig, "bridge/reset")
    _enable(rig)
    return ""


def _respawned(rig: Rig) -> str:
    mark_ns = rig.now_ns()
    rig.wait(lambda: any(seen.arrived_ns > mark_ns for seen in rig.verdicts()), AGAIN_S, "the bridge's return")
    rig.wait_until(rig.now_ns() + to_ns(WATCHED_S), lambda: _acts(rig, mark_ns))
    if _acts(rig, mark_ns):
        return "the bridge came back enabled, or enabled itself"
    _require(rig, "bridge/reset")
    _enable(rig)
    return ""


def _restarted(rig: Rig) -> str:
    rig.restart()
    rig.begin()
    return ""


def _stays_stopped(rig: Rig) -> str:
    """Return what shows that the Stop does not latch: something moves, or enabling works without a reset."""
    mark_ns = rig.now_ns()
    rig.wait_until(mark_ns + to_ns(LATCHED_S), lambda: False)
    if any(seen.arrived_ns > mark_ns and seen.word != "STOP" for seen in rig.verdicts()):
        return "the Stop did not latch"
    if rig.call("bridge/enable").success:
        return "the arm was enabled although nobody had reset the Stop"
    return ""


def _enable(rig: Rig) -> None:
    rig.enable(BACK_S)
    rig.call("policy/reset")
    mark_ns = rig.now_ns()
    rig.wait(lambda: _follows_after(rig, mark_ns), BACK_S, "following after enabling")


def _acts(rig: Rig, mark_ns: int) -> bool:
    """Tell whether the gate lets anything move, or anything was sent."""
    commands = any(seen.arrived_ns > mark_ns and seen.word == "COMMAND" for seen in rig.verdicts())
    return commands or any(each.arrived_ns > mark_ns for each in rig.received())


def _follows_after(rig: Rig, mark_ns: int) -> bool:
    return any(seen.arrived_ns > mark_ns and seen.code == "command" for seen in rig.verdicts())


def _require(rig: Rig, service: str) -> None:
    answer = rig.call(service)
    if not answer.success:
        raise RigError(f"{service} refuses: {answer.message}")

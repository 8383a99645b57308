"""One fault on one rig, once: strike, see what answers and when, take the cause away, bring the arm back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.faults.comeback import come_back
from diffpol_ros.faults.fault import Fault, Injection, Recovery
from diffpol_ros.faults.rig import Rig, RigError, Seen

ANSWER_DEADLINE_S, RESPAWN_DEADLINE_S = 4.0, 40.0
WATCHED_S = 0.6
MOST_VOID, LONGEST_STALL_S = 3, 0.05
LATCHED = (Recovery.ENABLE, Recovery.RECOVER)


@dataclass(frozen=True)
class Trial:
    """What came of it.

    noticed, safe: from the strike to the first verdict that names it, and to the Hold or Stop that the fault is to end
    in [s]; None: neither came. verdict: that one's code. unsafe: what was wrong with the targets that reached the
    backend. complaint: what else was not as the fault says; empty: nothing. late: whether it took too long. void: how
    many attempts before this one said nothing, as this machine did not run them. starved: this one failed so too.
    """

    fault: str
    rig: str
    noticed: float | None = None
    safe: float | None = None
    verdict: str = ""
    reason: str = ""
    unsafe: tuple[str, ...] = ()
    complaint: str = ""
    late: bool = False
    void: int = 0
    starved: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing unsafe was sent and all went as the fault says, in time."""
        return not self.unsafe and not self.complaint and not self.late


def run_trial(fault: Fault, rig: Rig) -> Trial:
    """Do `fault` once; what does not go as it should is in the trial.

    A trial that failed while this machine did not let the rig run says nothing: it is done again, and counted.
    """
    trial, void = _attempt(fault, rig), 0
    while not (trial.passed or rig.dead or rig.stall < LONGEST_STALL_S or void == MOST_VOID):
        trial, void = _attempt(fault, rig), void + 1
    starved = not trial.passed and rig.stall >= LONGEST_STALL_S
    return replace(trial, void=void, starved=starved)


def _attempt(fault: Fault, rig: Rig) -> Trial:
    trial = Trial(fault.name, rig.name)
    try:
        rig.begin()
        trial = _strike(fault, rig, trial)
    except RigError as error:
        trial = replace(trial, complaint=str(error))
    trial = replace(trial, unsafe=tuple(rig.unsafe()))
    late = trial.safe is not None and fault.target is not None and trial.safe > fault.target
    return replace(trial, late=late)


def _strike(fault: Fault, rig: Rig, trial: Trial) -> Trial:
    with injection(fault, rig)(rig) as struck_ns:
        _wait_for_answer(fault, rig, struck_ns)
    trial = _judge(fault, rig.verdicts(), struck_ns, trial)
    return trial if trial.complaint else replace(trial, complaint=come_back(fault.recovery, rig))


def injection(fault: Fault, rig: Rig) -> Injection[Rig]:
    """Return how `fault` is done on `rig`."""
    given: Injection[Rig] | None = getattr(fault, rig.name)
    if given is None:
        raise RigError(f"{fault.name} is not done on the {rig.name} rig")
    return given


def _wait_for_answer(fault: Fault, rig: Rig, struck_ns: int) -> None:
    """Return when the cause may go: after the fault's own time, or once the arm is safe, or at a deadline."""
    quiet = fault.may_pass or fault.recovery is Recovery.NEVER_HELD
    lasts = fault.lasts if fault.lasts is not None else WATCHED_S if quiet else None
    deadline = RESPAWN_DEADLINE_S if fault.recovery is Recovery.RESPAWN else ANSWER_DEADLINE_S
    end_ns = struck_ns + to_ns(deadline if lasts is None else lasts)
    rig.wait_until(end_ns, lambda: lasts is None and _first(rig.verdicts(), struck_ns, _final(fault)) is not None)


def _final(fault: Fault) -> tuple[str, ...]:
    """Return the verdicts that end it: where it latches, the Stops."""
    stops = tuple(code for code in fault.expected if code.startswith("stop"))
    return stops if fault.recovery in LATCHED and stops else fault.expected


def _judge(fault: Fault, verdicts: Sequence[Seen], struck_ns: int, trial: Trial) -> Trial:
    names = {code.partition(".")[2] for code in fault.expected}
    noticed = next((seen for seen in verdicts if seen.arrived_ns >= struck_ns and seen.name in names), None)
    safe = _first(verdicts, struck_ns, _final(fault))
    others = [seen for seen in verdicts if _contradicts(fault, seen, struck_ns)]
    return replace(
        trial,
        noticed=to_seconds(noticed.arrived_ns - struck_ns) if noticed else None,
        safe=to_seconds(safe.arrived_ns - struck_ns) if safe else None,
        verdict=safe.code if safe else "",
        reason=safe.reason if safe else "",
        complaint=_told(fault, safe, others, verdicts),
    )


def _told(fault: Fault, safe: Seen | None, others: Sequence[Seen], verdicts: Sequence[Seen]) -> str:
    if others:
        return f"answered by {others[0].code} ({others[0].reason}), expected {', '.join(fault.expected) or 'nothing'}"
    if safe is None and fault.expected and not fault.may_pass:
        last = f"{verdicts[-1].code} ({verdicts[-1].reason})" if verdicts else "nothing"
        return f"not answered; the gate said {last}, expected {', '.join(_final(fault))}"
    return ""


def _contradicts(fault: Fault, seen: Seen, struck_ns: int) -> bool:
    """Tell whether a verdict is one that this fault must not lead to: another Stop, or any Hold where none may be."""
    if seen.arrived_ns < struck_ns or seen.code in fault.expected:
        return False
    return seen.word == "STOP" or (seen.word == "HOLD" and fault.recovery is Recovery.NEVER_HELD)


def _first(verdicts: Sequence[Seen], struck_ns: int, codes: Sequence[str]) -> Seen | None:
    return next((seen for seen in verdicts if seen.arrived_ns >= struck_ns and seen.code in codes), None)

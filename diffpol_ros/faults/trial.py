"""One fault on one rig, once: strike, see what answers and when, take the cause away, bring the arm back."""

from dataclasses import dataclass, replace

from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.faults.comeback import come_back
from diffpol_ros.faults.fault import Fault, Injection, Recovery
from diffpol_ros.faults.judgement import final, first, follows_at, judge
from diffpol_ros.faults.rig import Rig, RigError

ANSWER_DEADLINE_S, RESPAWN_DEADLINE_S = 4.0, 40.0
WATCHED_S, STAYS_S = 0.6, 0.15
MOST_VOID, LONGEST_STALL_S = 3, 0.05


@dataclass(frozen=True)
class Trial:
    """What came of it.

    noticed: from the strike to the first verdict that names it [s]. safe: to the Hold or Stop that the fault is to end
    in, or to the last target that came after it [s]; None: neither came. verdict: that one's code. unsafe: what was
    wrong with the targets that reached the backend. complaint: what else was not as the fault says; empty: nothing.
    late: whether it took too long. old: targets that arrived too late. gaps: pauses of a moving arm, only told.
    stall: for how long a thread waited for a processor from the strike to the answer, at worst [s].
    void: how many attempts before this one said nothing, as this machine did not run them. starved: this one, too.
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
    old: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    stall: float = 0.0
    void: int = 0
    starved: bool = False

    @property
    def passed(self) -> bool:
        """Whether nothing unsafe was sent and all went as the fault says, in time."""
        return not (self.unsafe or self.complaint or self.late or self.old)


def run_trial(fault: Fault, rig: Rig) -> Trial:
    """Do `fault` once; what does not go as it should is in the trial.

    What merely came too late while this machine did not let the rig run says nothing: it is done again, and counted.
    So is a strike at an arm that did not move. Nothing else is ever excused.
    """
    trial, void = _attempt(fault, rig), 0
    while trial.starved and not rig.dead and void < MOST_VOID:
        trial, void = _attempt(fault, rig), void + 1
    return replace(trial, void=void)


def _attempt(fault: Fault, rig: Rig) -> Trial:
    trial = Trial(fault.name, rig.name)
    try:
        rig.begin()
    except RigError as error:
        return _audited(fault, rig, replace(trial, complaint=str(error)), excused=True)
    try:
        trial, excused = _strike(fault, rig, trial)
    except DiffpolError as error:
        return _audited(fault, rig, replace(trial, complaint=str(error)), excused=False)
    return _audited(fault, rig, trial, excused)


def _strike(fault: Fault, rig: Rig, trial: Trial) -> tuple[Trial, bool]:
    """Return the trial, and whether its complaint only says that this machine was too slow, or nothing at all."""
    rig.watch_stall()
    with injection(fault, rig)(rig) as struck_ns:
        _wait_for_answer(fault, rig, struck_ns)
        trial = replace(trial, stall=rig.stall)
        # An arm that only says that it holds is seen to move on.
        rig.wait_until(rig.now_ns() + to_ns(STAYS_S), lambda: fault.lasts is not None)
    if not follows_at(rig.verdicts(), struck_ns):
        return replace(trial, complaint="the arm did not follow when it was struck"), True
    judged = judge(fault, rig.verdicts(), struck_ns)
    complaint = judged.complaint or come_back(fault.recovery, rig)
    trial = replace(trial, noticed=judged.noticed, complaint=complaint)
    answer = judged.answer
    if answer is not None:
        safe_ns = max(answer.made_ns, rig.last_target_ns(answer), struck_ns)
        trial = replace(trial, safe=to_seconds(safe_ns - struck_ns), verdict=answer.code, reason=answer.reason)
    return trial, bool(judged.complaint) and judged.only_time and trial.stall >= LONGEST_STALL_S


def _audited(fault: Fault, rig: Rig, trial: Trial, excused: bool) -> Trial:
    """Return the trial with what is to be said of its targets and times."""
    found = rig.findings()
    late = trial.safe is not None and fault.target is not None and trial.safe > fault.target
    trial = replace(trial, unsafe=found.unsafe, old=found.late, gaps=found.gaps, late=late)
    # An old target may come at any time after the strike, the answer only until it came.
    slow = (late and trial.stall >= LONGEST_STALL_S) or (bool(found.late) and rig.stall >= LONGEST_STALL_S)
    return replace(trial, starved=not trial.unsafe and (excused or (slow and not trial.complaint)))


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
    rig.wait_until(end_ns, lambda: lasts is None and first(rig.verdicts(), struck_ns, final(fault)) is not None)

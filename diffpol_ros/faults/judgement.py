"""What the gate's verdicts say of a fault: its answer, and whether that is the right one."""

from collections.abc import Sequence
from dataclasses import dataclass

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.faults.fault import Fault, Recovery
from diffpol_ros.faults.rig import Seen

LATCHED = (Recovery.ENABLE, Recovery.RECOVER)


@dataclass(frozen=True)
class Judgement:
    """From the strike to the first verdict that names the fault [s]; the answer; what is wrong; empty: nothing.

    only_time: what is wrong is that the arm held where it could have gone on.
    """

    noticed: float | None
    answer: Seen | None
    complaint: str
    only_time: bool


def judge(fault: Fault, verdicts: Sequence[Seen], struck_ns: int) -> Judgement:
    """Judge the verdicts that came after the strike."""
    names = {code.partition(".")[2] for code in fault.expected}
    noticed = next((seen for seen in verdicts if seen.arrived_ns >= struck_ns and seen.name in names), None)
    answer = first(verdicts, struck_ns, final(fault))
    others = [seen for seen in verdicts if _contradicts(fault, seen, struck_ns)]
    return Judgement(
        noticed=to_seconds(max(noticed.made_ns - struck_ns, 0)) if noticed else None,
        answer=answer,
        complaint=_complaint(fault, answer, others, verdicts),
        only_time=bool(others) and all(seen.word == "HOLD" for seen in others),
    )


def follows_at(verdicts: Sequence[Seen], struck_ns: int) -> bool:
    """Tell whether the gate's last word before the strike let the arm move."""
    before = [seen for seen in verdicts if seen.arrived_ns <= struck_ns]
    return bool(before) and before[-1].word == "COMMAND"


def final(fault: Fault) -> tuple[str, ...]:
    """Return the verdicts that end it: where it latches, the Stops."""
    stops = tuple(code for code in fault.expected if code.startswith("stop"))
    return stops if fault.recovery in LATCHED and stops else fault.expected


def first(verdicts: Sequence[Seen], struck_ns: int, codes: Sequence[str]) -> Seen | None:
    """Return the first verdict after the strike that is one of `codes`."""
    return next((seen for seen in verdicts if seen.arrived_ns >= struck_ns and seen.code in codes), None)


def _complaint(fault: Fault, answer: Seen | None, others: Sequence[Seen], verdicts: Sequence[Seen]) -> str:
    if others:
        # A Stop says more than a Hold.
        seen = next((seen for seen in others if seen.word == "STOP"), others[0])
        return f"answered by {seen.code} ({seen.reason}), expected {', '.join(fault.expected) or 'nothing'}"
    if answer is None and fault.expected and not fault.may_pass:
        last = f"{verdicts[-1].code} ({verdicts[-1].reason})" if verdicts else "nothing"
        return f"not answered; the gate said {last}, expected {', '.join(final(fault))}"
    return ""


def _contradicts(fault: Fault, seen: Seen, struck_ns: int) -> bool:
    """Tell whether a verdict is one that this fault must not lead to: another Stop, or any Hold where none may be."""
    if seen.arrived_ns < struck_ns or seen.code in fault.expected:
        return False
    return seen.word == "STOP" or (seen.word == "HOLD" and fault.recovery is Recovery.NEVER_HELD)

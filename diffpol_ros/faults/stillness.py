"""Whether the arm was left alone while the gate said that it is."""

import math
from collections.abc import Iterator, Sequence

from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.faults.received import Received
from diffpol_ros.faults.rig import Seen

ROUGHLY_NS = to_ns(0.05)
"""How rough the stamp of a target is that was under way when its tick failed: as long as a state may be late."""
STILL = {"HOLD": "while the gate said Hold", "STOP": "after the Stop"}


def sent_while_still(received: Sequence[Received], verdicts: Sequence[Seen], slack_ns: int = 0) -> Iterator[str]:
    """Yield a complaint where targets were decided between a Hold or Stop and the next verdict that is neither.

    Braking is told as COMMAND with a name, so not one is legitimate; a Stop that stays the last word lasts for ever.
    A target may fail in the very tick that it stops, but no tick both holds and sends. `slack_ns`: how uncertain the
    targets' stamps are.
    """
    verdicts = in_time(verdicts)
    for index, seen in enumerate(verdicts):
        if seen.word not in STILL:
            continue
        begin_ns = seen.stamp_ns + slack_ns + (seen.word == "STOP")
        end_ns = verdicts[index + 1].stamp_ns - slack_ns if index + 1 < len(verdicts) else math.inf
        sent = [each for each in received if _is_within(each, begin_ns, end_ns)]
        if sent:
            after, told = to_seconds(sent[0].stamp_ns - seen.stamp_ns), "" if sent[0].certain else ", untold"
            said = f"{len(sent)} targets were sent {STILL[seen.word]} {seen.name}, the first {after:.3f} s later{told}"
            yield said + _next_word(seen, verdicts[index + 1 : index + 2])


def _next_word(seen: Seen, following: Sequence[Seen]) -> str:
    """Return what the gate said next, which may be what the rig missed."""
    return "".join(f"; {each.code} came {to_seconds(each.stamp_ns - seen.stamp_ns):.3f} s later" for each in following)


def _is_within(target: Received, begin_ns: float, end_ns: float) -> bool:
    roughly_ns = 0 if target.certain else ROUGHLY_NS
    return begin_ns + roughly_ns <= target.stamp_ns < end_ns - roughly_ns


def last_arrival_ns(received: Sequence[Received], verdicts: Sequence[Seen], answer: Seen, slack_ns: int = 0) -> int:
    """Return when the last target arrived before the gate let the arm follow again after `answer` [ns], steady.

    -1: none did.
    """
    verdicts = in_time(verdicts)
    later = verdicts[verdicts.index(answer) :]
    until_ns = next((seen.stamp_ns - slack_ns for seen in later if seen.word == "COMMAND"), math.inf)
    return max((each.arrived_ns for each in received if each.stamp_ns < until_ns), default=-1)


def heard_out(received: Sequence[Received], verdicts: Sequence[Seen]) -> bool:
    """Tell whether the gate was heard up to the last target: one that came by a shorter way is not ahead of its word.

    Before that, the Hold that the target ended is the last word still.
    """
    last = max((each.stamp_ns for each in received), default=None)
    return last is None or any(seen.stamp_ns >= last for seen in verdicts)


def in_time(verdicts: Sequence[Seen]) -> list[Seen]:
    """Return verdicts as they were decided: a slow tick's is told after the Hold that the bridge's watch puts on it."""
    return sorted(verdicts, key=lambda seen: seen.stamp_ns)

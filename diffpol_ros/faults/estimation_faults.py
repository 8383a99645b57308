"""What estimation may say: nothing, NaN, that the block is where it cannot be, or not how it is itself."""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from diffpol_ros.core.clock import to_ns
from diffpol_ros.faults.edits import dropped, edited, silent
from diffpol_ros.faults.fault import INPUT_STOPS_S, MAY_PASS, SILENT, UNFIT, Fault, Recovery
from diffpol_ros.faults.rig import RigError, TwinRig

BLOCK, STATUS = "objects/block/pose", "objects/status"
UNHEARD, SUCCESSOR_S, WATCHED_S = f"{STATUS} has not arrived", 40.0, 0.5


def not_finite(rig: TwinRig) -> AbstractContextManager[int]:
    """Let estimation say that the block is nowhere: NaN."""
    return edited(rig, [(BLOCK, _nowhere)])


def thrown(rig: TwinRig) -> AbstractContextManager[int]:
    """Let estimation say, finitely, that the block is a metre away and upside down."""
    return edited(rig, [(BLOCK, _far_away)])


@contextmanager
def unheard(rig: TwinRig) -> Iterator[int]:
    """Kill the policy; its successor hears estimates, but until this ends not how estimation is. It must say so."""
    with edited(rig, [(STATUS, dropped)]):
        struck_ns = rig.now_ns()
        rig.signal("policy", signal.SIGKILL)
        yield struck_ns
        rig.wait(lambda: UNHEARD in rig.verdicts()[-1].reason, SUCCESSOR_S, f"a Hold because {UNHEARD}")
        heard = len(rig.verdicts())
        rig.wait_until(rig.now_ns() + to_ns(WATCHED_S), lambda: False)
        if any(seen.word == "COMMAND" for seen in rig.verdicts()[heard:]):
            raise RigError("the arm followed a policy that had not heard how estimation is")


def _nowhere(message: Any) -> Any:
    message.pose.pose.position.x = float("nan")
    return message


def _far_away(message: Any) -> Any:
    pose = message.pose.pose
    pose.position.x, pose.position.y = pose.position.x + 1.0, pose.position.y - 1.0
    pose.orientation.x, pose.orientation.y, pose.orientation.z, pose.orientation.w = 1.0, 0.0, 0.0, 0.0
    return message


ESTIMATION_FAULTS = (
    Fault(
        name="estimate_not_finite",
        what="The block's pose becomes NaN.",
        expected=(UNFIT,),
        recovery=Recovery.GOES_ON,
        twin=not_finite,
        target=INPUT_STOPS_S,
        relays=(BLOCK, STATUS),
    ),
    Fault(
        name="estimate_far_away",
        what="The block's pose jumps by more than a metre, finitely: what comes of it is refused or kept in limits.",
        expected=(UNFIT, "hold.step", "hold.workspace", "hold.chunk_ended", "hold.no_chunk"),
        recovery=Recovery.GOES_ON,
        twin=thrown,
        lasts=1.0,
        may_pass=True,
        untimed=MAY_PASS,
        relays=(BLOCK, STATUS),
    ),
    Fault(
        name="estimation_silent",
        what="Nothing of what estimation says arrives any more.",
        expected=(UNFIT,),
        recovery=Recovery.GOES_ON,
        twin=partial(silent, topics=(BLOCK, STATUS)),
        target=INPUT_STOPS_S,
        relays=(BLOCK, STATUS),
    ),
    Fault(
        name="estimation_unheard",
        what="The policy is killed; its successor hears estimates, but for a while not how estimation is.",
        expected=(UNFIT, SILENT),
        recovery=Recovery.GOES_ON,
        twin=unheard,
        target=INPUT_STOPS_S,
        relays=(BLOCK, STATUS),
    ),
)

"""What estimation may say: nothing, NaN, or that the block is where it cannot be."""

from contextlib import AbstractContextManager
from functools import partial
from typing import Any

from diffpol_ros.faults.edits import edited, silent
from diffpol_ros.faults.fault import INPUT_STOPS_S, MAY_PASS, UNFIT, Fault, Recovery
from diffpol_ros.faults.rig import TwinRig

BLOCK, STATUS = "objects/block/pose", "objects/status"


def not_finite(rig: TwinRig) -> AbstractContextManager[int]:
    """Let estimation say that the block is nowhere: NaN."""
    return edited(rig, [(BLOCK, _nowhere)])


def thrown(rig: TwinRig) -> AbstractContextManager[int]:
    """Let estimation say, finitely, that the block is a metre away and upside down."""
    return edited(rig, [(BLOCK, _far_away)])


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
)

"""What the policy's own inputs and its process may do."""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from diffpol_ros.faults.edits import edited, silent
from diffpol_ros.faults.fault import CHUNK_ENDS_S, INPUT_STOPS_S, SILENT, UNFIT, Fault, Recovery
from diffpol_ros.faults.rig import FakeRig, TwinRig

HAND = "end_effector_pose"


def hand_not_finite(rig: TwinRig) -> AbstractContextManager[int]:
    """Let the policy hear that the hand is at NaN."""
    return edited(rig, [(HAND, _nowhere)])


def hand_silent(rig: TwinRig) -> AbstractContextManager[int]:
    """Let the policy hear nothing of where the hand is."""
    return silent(rig, (HAND,))


@contextmanager
def stalled(rig: TwinRig) -> Iterator[int]:
    """Stop the policy's process as a machine does that swaps, and let it go on."""
    struck_ns = rig.now_ns()
    rig.signal("policy", signal.SIGSTOP)
    try:
        yield struck_ns
    finally:
        rig.signal("policy", signal.SIGCONT)


@contextmanager
def lifeless(rig: FakeRig) -> Iterator[int]:
    """Let the policy fall silent altogether."""
    rig.policy.silent = rig.policy.lifeless = True
    try:
        yield rig.now_ns()
    finally:
        rig.policy.mend()


@contextmanager
def unfit(rig: FakeRig) -> Iterator[int]:
    """Let the policy say that its network gave NaN, and go on sending chunks; no network is in it."""
    rig.policy.unfit = "actions hold nan, expected finite numbers"
    try:
        yield rig.now_ns()
    finally:
        rig.policy.mend()


@contextmanager
def slow(rig: FakeRig) -> Iterator[int]:
    """Let inferences take longer than a chunk lasts, while the policy lives."""
    rig.policy.silent = True
    try:
        yield rig.now_ns()
    finally:
        rig.policy.mend()


def _nowhere(message: Any) -> Any:
    message.pose.position.z = float("nan")
    return message


POLICY_FAULTS = (
    Fault(
        name="hand_not_finite",
        what="The policy is told that the hand is at NaN.",
        expected=(UNFIT,),
        recovery=Recovery.GOES_ON,
        twin=hand_not_finite,
        target=INPUT_STOPS_S,
        relays=(HAND,),
    ),
    Fault(
        name="hand_silent",
        what="The policy is told nothing of where the hand is any more.",
        expected=(UNFIT,),
        recovery=Recovery.GOES_ON,
        twin=hand_silent,
        target=INPUT_STOPS_S,
        relays=(HAND,),
    ),
    Fault(
        name="policy_stalled",
        what="The policy's process stands still, as on a machine that swaps; then it goes on.",
        expected=(SILENT,),
        recovery=Recovery.GOES_ON,
        fake=lifeless,
        twin=stalled,
        target=INPUT_STOPS_S,
    ),
    Fault(
        name="network_not_finite",
        what="The scripted policy says that its network gave NaN and goes on sending: the bridge's answer is tried.",
        expected=(UNFIT,),
        recovery=Recovery.GOES_ON,
        fake=unfit,
        target=INPUT_STOPS_S,
    ),
    Fault(
        name="inference_slow",
        what="The scripted policy lives but sends no chunk for 1.2 s, as in an inference that long.",
        expected=("hold.chunk_ended",),
        recovery=Recovery.GOES_ON,
        fake=slow,
        target=CHUNK_ENDS_S,
        lasts=1.2,
    ),
)

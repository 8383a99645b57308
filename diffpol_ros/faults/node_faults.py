"""Nodes before the bridge that are killed: the arm holds, they are started again, and the arm goes on."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from diffpol_ros.faults.fault import INPUT_STOPS_S, SILENT, UNFIT, Fault, Recovery
from diffpol_ros.faults.rig import TwinRig


@contextmanager
def killed(rig: TwinRig, node: str) -> Iterator[int]:
    """Kill a node; whoever looks after the graph starts it again."""
    struck_ns = rig.now_ns()
    rig.signal(node, signal.SIGKILL)
    yield struck_ns


NODE_FAULTS = (
    Fault(
        name="policy_killed",
        what="The policy's process is killed.",
        expected=(UNFIT, SILENT),
        recovery=Recovery.GOES_ON,
        twin=partial(killed, node="policy"),
        target=INPUT_STOPS_S,
    ),
    Fault(
        name="estimation_killed",
        what="Estimation's process is killed.",
        expected=(UNFIT,),
        recovery=Recovery.GOES_ON,
        twin=partial(killed, node="estimation"),
        target=INPUT_STOPS_S,
    ),
    Fault(
        name="cameras_killed",
        what="The process of both cameras is killed.",
        expected=(UNFIT,),
        recovery=Recovery.GOES_ON,
        twin=partial(killed, node="twin_camera"),
        target=INPUT_STOPS_S,
    ),
)

"""What the robot behind the bridge may do."""

import math
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from diffpol_ros.faults import answer_scripts as answers
from diffpol_ros.faults import robot_scripts as scripts
from diffpol_ros.faults.chunk_faults import ENDED
from diffpol_ros.faults.fault import LINK_LOST_S, MAY_PASS, Fault, Recovery
from diffpol_ros.faults.rig import TwinRig

LOST, FROZEN, OLD, LATE = "stop.robot_lost", "stop.robot_frozen", "hold.state_old", "hold.robot_late"
GONE = ("stop.controller_stopped", "stop.robot_refused")


@contextmanager
def server_frozen(rig: TwinRig) -> Iterator[int]:
    """Let the robot's whole server stand still, as on a machine that hangs."""
    struck_ns = rig.now_ns()
    rig.signal("twin", signal.SIGSTOP)
    try:
        yield struck_ns
    finally:
        rig.signal("twin", signal.SIGCONT)


@contextmanager
def server_killed(rig: TwinRig) -> Iterator[int]:
    """Kill the robot's server; it is started again as soon as somebody looks."""
    struck_ns = rig.now_ns()
    rig.signal("twin", signal.SIGKILL)
    yield struck_ns


@contextmanager
def controller_terminated(rig: TwinRig) -> Iterator[int]:
    """End the robot's controller from elsewhere, as its own reflexes do."""
    struck_ns = rig.now_ns()
    rig.terminate_controller()
    yield struck_ns


@contextmanager
def scene_reset(rig: TwinRig) -> Iterator[int]:
    """Reset the simulation while the arm moves: it is home at once, and its controller is gone."""
    struck_ns = rig.now_ns()
    rig.call("twin/reset")
    yield struck_ns


def _of_state(name: str, what: str, value: float, field: str) -> Fault:
    return Fault(
        name=name,
        what=what,
        expected=("stop.not_finite",),
        recovery=Recovery.ENABLE,
        fake=scripts.states(scripts.not_finite(value, field)),
        target=LINK_LOST_S,
    )


ROBOT_FAULTS = (
    _of_state("joints_not_a_number", "The robot reports a joint at NaN.", math.nan, "joint_positions"),
    Fault(
        name="graph_joints_not_a_number",
        what="The robot's server reports a joint at NaN in the whole graph.",
        expected=("stop.not_finite", "stop.robot_refused"),
        recovery=Recovery.ENABLE,
        twin=answers.answered(answers.not_a_number),
        target=LINK_LOST_S,
    ),
    _of_state("joints_infinite", "The robot reports a joint at infinity.", math.inf, "joint_positions"),
    _of_state("speeds_not_a_number", "The robot reports a joint's velocity as NaN.", math.nan, "joint_velocities"),
    _of_state("width_not_a_number", "The gripper reports a width of NaN.", math.nan, "gripper_width"),
    _of_state("torques_not_a_number", "The robot reports an outside torque of NaN.", math.nan, "external_torques"),
    Fault(
        name="joints_elsewhere",
        what="The robot reports a joint one radian from where it was told to be.",
        expected=("stop.tracking",),
        recovery=Recovery.ENABLE,
        fake=scripts.states(scripts.elsewhere),
        target=LINK_LOST_S,
    ),
    Fault(
        name="arm_pushed",
        what="Something pushes the arm with 100 Nm on every joint.",
        expected=("stop.external_torque",),
        recovery=Recovery.ENABLE,
        fake=scripts.states(scripts.pushed),
        target=LINK_LOST_S,
    ),
    Fault(
        name="robot_frozen",
        what="The robot's server answers with the same tick for ever: the robot client behind it hangs.",
        expected=(OLD, FROZEN),
        recovery=Recovery.ENABLE,
        fake=scripts.states(scripts.frozen),
        twin=answers.answered(answers.frozen),
        target=LINK_LOST_S,
    ),
    Fault(
        name="robot_server_frozen",
        what="The robot's server stands still, as on a machine that hangs.",
        expected=(OLD, LATE, LOST, FROZEN),
        recovery=Recovery.ENABLE,
        twin=server_frozen,
        target=LINK_LOST_S,
    ),
    Fault(
        name="robot_server_killed",
        what="The robot's server is killed and started again.",
        expected=(OLD, LATE, LOST, FROZEN, *GONE),
        recovery=Recovery.ENABLE,
        twin=server_killed,
        target=LINK_LOST_S,
    ),
    Fault(
        name="states_stale",
        what="The robot's states come 0.1 s late, at their usual pace.",
        # Stamps stand for 0.1 s only, about as long as an arm takes to rest: by then there may be just no chunk.
        expected=(OLD, *ENDED),
        recovery=Recovery.GOES_ON,
        fake=scripts.states(scripts.stale),
        target=LINK_LOST_S,
    ),
    Fault(
        name="graph_states_stale",
        what="The robot's states come 0.15 s late in the whole graph, at their usual pace.",
        expected=(OLD,),
        recovery=Recovery.GOES_ON,
        twin=answers.answered(answers.stale),
        may_pass=True,
        untimed="only until the first late state do the stamps stand, which may be too short to come to rest",
    ),
    Fault(
        name="states_reordered",
        what="Every other state of the robot comes four ticks late, after newer ones.",
        expected=(OLD,),
        recovery=Recovery.GOES_ON,
        fake=scripts.states(scripts.reordered),
        twin=answers.answered(answers.reordered),
        may_pass=True,
        untimed=MAY_PASS,
    ),
    Fault(
        name="reflex",
        what="The robot stops by a reflex and latches it until somebody recovers it.",
        expected=("stop.needs_recovery", "stop.robot_refused"),
        recovery=Recovery.RECOVER,
        fake=scripts.reflex,
        target=LINK_LOST_S,
    ),
    Fault(
        name="graph_reflex",
        what="The robot client of the whole graph reports an error and its controller ends; it clears that by itself.",
        expected=("stop.needs_recovery", *GONE),
        recovery=Recovery.ENABLE,
        twin=answers.reflex,
        target=LINK_LOST_S,
    ),
    Fault(
        name="controller_terminated",
        what="The robot's controller is ended from elsewhere.",
        expected=GONE,
        recovery=Recovery.ENABLE,
        twin=controller_terminated,
        target=LINK_LOST_S,
    ),
    Fault(
        name="target_refused",
        what="The robot refuses a target.",
        expected=("stop.robot_refused",),
        recovery=Recovery.ENABLE,
        fake=scripts.sends(scripts.refused),
        target=LINK_LOST_S,
    ),
    Fault(
        name="scene_reset",
        what="The simulation is reset while the arm moves.",
        expected=(OLD, LOST, FROZEN, "stop.tracking", *GONE),
        recovery=Recovery.ENABLE,
        twin=scene_reset,
        target=LINK_LOST_S,
    ),
)

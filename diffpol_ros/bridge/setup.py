"""Under what a bridge runs, whole: a journal that holds it needs no file to be replayed."""

from dataclasses import dataclass, replace
from typing import cast

from diffpol_ros.control.arming import ArmingError
from diffpol_ros.control.chunk_check import Refusal
from diffpol_ros.control.policy_watch import Heartbeat
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Hold, Stop
from diffpol_ros.core import geometry, robot_description, safety_limits
from diffpol_ros.core.journal.raised import Errors
from diffpol_ros.core.journal.values import Codec
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.settings import Section
from diffpol_ros.core.types import ActionChunk, JointTarget, RobotState
from diffpol_ros.robots.base import RobotTaken

STAGE = "bridge"


@dataclass(frozen=True)
class BridgeSetup:
    """What decides on a bridge's answers beside what it hears.

    description: with its keep-outs, those named `keep_outs` among them; where the robot is reached is left out.
    policy_silence: of the policy before the arm holds; 0: no heartbeat is asked for [s].
    """

    description: RobotDescription
    settings: FollowerSettings
    policy_silence: float
    keep_outs: str = ""


def bridge_setup(description: RobotDescription, settings: FollowerSettings, policy_silence: float) -> BridgeSetup:
    """Return it, the keep-outs that `settings` name read from their file."""
    named = settings.keep_outs
    whole = description.with_keep_outs(named) if named else description
    # An address decides on nothing, and only the backend can read it.
    reached = replace(whole.backend, settings=cast(Section, None))
    return BridgeSetup(replace(whole, backend=reached), replace(settings, keep_outs=""), policy_silence, named)


CODEC = Codec(
    (
        *(BridgeSetup, FollowerSettings, RobotDescription),
        *(robot_description.JointLimits, robot_description.EndVelocities, robot_description.Gripper),
        *(robot_description.Backend, safety_limits.SafetyLimits, safety_limits.TrackingLimits),
        *(safety_limits.TorqueLimits, geometry.DenavitHartenberg, geometry.Tool, geometry.Box, geometry.Capsule),
        *(geometry.KeepOut, ActionChunk, JointTarget, RobotState, Heartbeat, Hold, Stop, Command, Refusal),
    )
)
ERRORS = Errors(ArmingError, RobotTaken)

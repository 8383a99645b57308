"""An object in the gripper moves with the hand, seen or not."""

from dataclasses import dataclass

from diffpol_ros.core.settings import setting


@dataclass(frozen=True)
class GraspSettings:
    """Whether and when an object is taken to be held."""

    grasp_prior: bool = setting(False, description="Carry an object in the gripper with the hand where it is not seen")

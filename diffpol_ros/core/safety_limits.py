"""What the gate watches beside the joint limits, per robot; and the keep-outs that a lab adds in a file of its own."""

from dataclasses import dataclass
from pathlib import Path

from diffpol_ros.core.geometry import Capsule, KeepOut, Seven
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.settings import Section, load_settings, setting


@dataclass(frozen=True)
class TrackingLimits:
    """How far each joint may be from its target [rad]: soft gains let a moving arm lag."""

    lasting: Seven = setting(description="for `persistence` at most, then a Stop", minimum=0.02, maximum=1.0)
    step: Seven = setting(description="at most, of a target that is sent: beyond, it waits", minimum=0.02, maximum=1.0)
    sudden: Seven = setting(description="never, a Stop at once", minimum=0.02, maximum=1.5)
    persistence: float = setting(description="[s]", minimum=0.01, maximum=1.0)

    def __post_init__(self) -> None:
        """Refuse limits that would never be reached before a greater one."""
        for joint, (lasting, step, sudden) in enumerate(
            zip(self.lasting, self.step, self.sudden, strict=True), start=1
        ):
            if not lasting <= step <= sudden:
                raise ValueError(f"joint {joint} has {lasting}, {step}, {sudden}; expected lasting <= step <= sudden")


@dataclass(frozen=True)
class TorqueLimits:
    """What may act on the joints from outside [Nm], as the robot estimates it."""

    lasting: Seven = setting(description="for `persistence` at most, then a Stop", minimum=1.0, maximum=100.0)
    sudden: Seven = setting(description="never, a Stop at once", minimum=1.0, maximum=100.0)
    persistence: float = setting(description="[s]", minimum=0.01, maximum=1.0)

    def __post_init__(self) -> None:
        """Refuse limits that would never be reached before a greater one."""
        for joint, (lasting, sudden) in enumerate(zip(self.lasting, self.sudden, strict=True), start=1):
            if lasting > sudden:
                raise ValueError(f"joint {joint} has lasting {lasting} > sudden {sudden}: swapped?")


@dataclass(frozen=True)
class SafetyLimits:
    """What the arm is as a body, where it may not be, and what tells that something is wrong."""

    body: tuple[Capsule, ...] = setting(description="capsules around the arm and the hand, fingers wide open")
    keep_outs: tuple[KeepOut, ...] = setting(description="boxes that the body may not enter")
    table_height: float = setting(description="no part of the body below [m]", minimum=-2.0, maximum=1.0)
    joint_margin: Seven = setting(description="kept from the joint position limits [rad]", minimum=0.0, maximum=0.5)
    tracking: TrackingLimits = setting(description="distance between measured and told joints")
    external_torque: TorqueLimits = setting(description="contacts")

    def __post_init__(self) -> None:
        """Refuse names that are given twice and an arm without a body."""
        if not self.body:
            raise ValueError("body is empty: hand, fingers, forearm and elbow are expected")
        for kind, parts in (("body", self.body), ("keep_outs", self.keep_outs)):
            names = [part.name for part in parts]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"{kind} names {', '.join(twice)} twice")


@dataclass(frozen=True)
class KeepOutFile:
    """A lab's own keep-outs; each is read by itself so that errors name its line."""

    keep_outs: tuple[Section, ...] = setting(description="boxes in the robot base frame")


def load_keep_outs(name: str) -> tuple[tuple[KeepOut, Section], ...]:
    """Read calibration/keep_outs/<name>.yaml, or a file by its path; each with where it stands."""
    path = Path(find_resource("calibration/keep_outs", name))
    return tuple((section.read(KeepOut), section) for section in load_settings(KeepOutFile, path).keep_outs)

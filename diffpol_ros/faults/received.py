"""What reached the robot, and what there is to say of it."""

from dataclasses import dataclass

from diffpol_ros.core.types import Array


@dataclass(frozen=True, eq=False)
class Received:
    """A target that reached the robot: when it was decided [ns], joint positions (7,) [rad], gripper width [m].

    age: how old it was on arrival [s]; 0 where nobody knows. arrived_ns: the steady time of its arrival. certain:
    whether the bridge told of it; one that was under way when its tick failed has only a rough `stamp_ns`.
    """

    stamp_ns: int
    positions: Array
    width: float
    age: float = 0.0
    arrived_ns: int = 0
    certain: bool = True


@dataclass(frozen=True)
class Findings:
    """What an audit found, each once.

    unsafe: what must never be, however slow the machine is. late: what came too late, as it also does where the machine
    does not run the bridge. gaps: pauses between targets of a moving arm that no verdict announced: until the next
    came, the robot braked by itself to its last target.
    """

    unsafe: tuple[str, ...] = ()
    late: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()

"""The planar walkers as tasks."""

from dataclasses import dataclass, replace

from diffpol_ros.policy.manifest.specs import Limits
from sim.envs.dynamics import DynamicsRanges
from sim.envs.locomotion import LocomotionWorlds, Walker
from sim.envs.randomisation import RandomisationSettings, RandomisedWorlds
from sim.envs.worlds import Worlds


@dataclass(frozen=True)
class LocomotionTask:
    """Run forward; `joints` name what the motors turn."""

    name: str
    walker: Walker
    rate_hz: float
    joints: tuple[str, ...]
    frame_limits: Limits

    @property
    def frame_names(self) -> tuple[str, ...]:
        """Height [m], pitch and joints [rad], then the velocities of the same and of the distance gone."""
        positions = ("torso.height", "torso.pitch", *(f"{joint}.angle" for joint in self.joints))
        velocities = ("torso.forward", "torso.upward", "torso.pitching", *(f"{joint}.turning" for joint in self.joints))
        return positions + velocities

    @property
    def action_names(self) -> tuple[str, ...]:
        """The motors' torques, -1 to 1 of their strongest."""
        return tuple(f"{joint}.torque" for joint in self.joints)

    @property
    def frame_size(self) -> int:
        """Numbers of a frame, d."""
        return len(self.frame_names)

    @property
    def action_size(self) -> int:
        """Numbers of an action, a."""
        return len(self.action_names)

    @property
    def action_limits(self) -> Limits:
        """All that the motors can."""
        return Limits((-1.0,) * self.action_size, (1.0,) * self.action_size)

    def worlds(self, count: int, randomisation: RandomisationSettings | None = None, *, workers: int = 1) -> Worlds:
        """Return `count` walkers, stepped by `workers` threads."""
        if randomisation is None:
            return LocomotionWorlds(self.walker, count, workers)
        worlds = LocomotionWorlds(self.walker, count, workers, randomisation.dynamics)
        rest = replace(randomisation, dynamics=DynamicsRanges())
        return RandomisedWorlds(worlds, rest, self.frame_limits, self.action_limits)


def frame_limits(positions: tuple[tuple[float, float], ...], velocity: float) -> Limits:
    """Return limits of frames whose positions lie within `positions` and whose velocities within ±`velocity`."""
    speeds = ((-velocity, velocity),) * (len(positions) + 1)
    low, high = zip(*(positions + speeds), strict=True)
    return Limits(tuple(low), tuple(high))

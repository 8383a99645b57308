"""What the training side asks of a task."""

from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.policy.manifest.specs import Limits
from sim.envs.randomisation import RandomisationSettings
from sim.envs.worlds import Vectors, Worlds


class Task(Protocol):
    """A task: what its numbers are called, their ranges, and worlds to do it in."""

    @property
    def name(self) -> str:
        """How commands call it."""
        ...

    @property
    def rate_hz(self) -> float:
        """Steps a simulated second."""
        ...

    @property
    def frame_names(self) -> tuple[str, ...]:
        """What each number of a frame is called; they begin with `group.` where several belong together."""
        ...

    @property
    def action_names(self) -> tuple[str, ...]:
        """What each number of an action is called."""
        ...

    @property
    def frame_size(self) -> int:
        """Numbers of a frame, d."""
        ...

    @property
    def action_size(self) -> int:
        """Numbers of an action, a."""
        ...

    @property
    def frame_limits(self) -> Limits:
        """Raw frames within which the task is commonly done: what becomes -1 and 1 where no data say it."""
        ...

    @property
    def action_limits(self) -> Limits:
        """Raw actions that the task takes: what becomes -1 and 1 where no data say it."""
        ...

    def worlds(self, count: int, randomisation: RandomisationSettings | None = None, *, workers: int = 1) -> Worlds:
        """Return `count` worlds, stepped by `workers` threads or processes; how many does not change a bit."""
        ...


@runtime_checkable
class GradualTask(Protocol):
    """A task that knows how near to success a frame is."""

    def potential(self, frames: Vectors) -> NDArray[np.float64]:
        """Return (N,) for raw frames (N, d), more where it is nearer."""
        ...


@runtime_checkable
class SensedTask(Protocol):
    """A task whose frames are not known exactly on a robot."""

    def views(self, frames: Vectors, count: int, random: np.random.Generator) -> Vectors:
        """Return (V, T, d): an episode's exact frames (T, d) as its sensors might have had them, `count` (V) times."""
        ...


@runtime_checkable
class PushedTask(Protocol):
    """A task that knows what may push its robot off its way, and can be made good."""

    def pushed(self, chunks: Vectors, frames: Vectors, random: np.random.Generator) -> Vectors:
        """Return (N, T, a): what is done in place of raw `chunks`, decided in raw `frames` (N, d)."""
        ...


@runtime_checkable
class FastTask(Protocol):
    """A task that also has worlds which are nearly the same and cost much less.

    What is learned there is tried in the others.
    """

    def fast_worlds(self, count: int, *, workers: int = 1) -> Worlds:
        """Return `count` of them, stepped by `workers` threads; how many does not change a bit."""
        ...

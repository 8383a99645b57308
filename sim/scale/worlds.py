"""A task's worlds, on as many processors and machines as asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from sim.envs.randomisation import RandomisationSettings
from sim.envs.worlds import Worlds
from sim.errors import SimulationError
from sim.scale.cluster import ScaleSettings, cluster
from sim.scale.ray_worlds import RayWorlds
from sim.tasks.registry import task_named
from sim.tasks.task import FastTask


class MakeWorlds(Protocol):
    """As Task.worlds."""

    def __call__(self, count: int, randomisation: RandomisationSettings | None, /, *, workers: int) -> Worlds:
        """Return `count` worlds, stepped by `workers`."""
        ...


@contextmanager
def scaled_worlds(
    task: str,
    count: int,
    randomisation: RandomisationSettings | None = None,
    scale: ScaleSettings | None = None,
    *,
    fast: bool = False,
) -> Iterator[Worlds]:
    """Give `count` worlds of `task` for a block of code, and let go of all that steps them; fast ones: see FastTask."""
    scale = scale or ScaleSettings()
    make = _fast(task, randomisation) if fast else task_named(task).worlds
    if not scale.ray_workers:
        worlds = make(count, randomisation, workers=scale.workers)
        try:
            yield worlds
        finally:
            worlds.close()
        return
    with cluster(scale.ray_address, scale.ray_workers) as ray:
        threads = scale.workers
        worlds = RayWorlds(ray, lambda share: make(share, randomisation, workers=threads), count, scale.ray_workers)
        try:
            yield worlds
        finally:
            worlds.close()


def _fast(name: str, randomisation: RandomisationSettings | None) -> MakeWorlds:
    """Return what makes fast worlds of the task called `name`, or refuse."""
    task = task_named(name)
    if not isinstance(task, FastTask):
        raise SimulationError(f"task {name} has no fast worlds: leave out --fast")
    if randomisation is not None:
        raise SimulationError("fast worlds do not differ from episode to episode: leave out --fast or --randomise")
    return lambda count, _, *, workers: task.fast_worlds(count, workers=workers)

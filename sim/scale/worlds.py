"""A task's worlds, on as many processors and machines as asked for."""

from collections.abc import Iterator
from contextlib import contextmanager

from sim.envs.randomisation import RandomisationSettings
from sim.envs.worlds import Worlds
from sim.scale.cluster import ScaleSettings, cluster
from sim.scale.ray_worlds import RayWorlds
from sim.tasks.registry import task_named


@contextmanager
def scaled_worlds(
    task: str, count: int, randomisation: RandomisationSettings | None = None, scale: ScaleSettings | None = None
) -> Iterator[Worlds]:
    """Give `count` worlds of `task` for a block of code, and let go of all that steps them."""
    scale = scale or ScaleSettings()
    made = task_named(task)
    if not scale.ray_workers:
        worlds = made.worlds(count, randomisation, workers=scale.workers)
        try:
            yield worlds
        finally:
            worlds.close()
        return
    with cluster(scale.ray_address, scale.ray_workers) as ray:
        threads = scale.workers
        worlds = RayWorlds(
            ray, lambda share: made.worlds(share, randomisation, workers=threads), count, scale.ray_workers
        )
        try:
            yield worlds
        finally:
            worlds.close()

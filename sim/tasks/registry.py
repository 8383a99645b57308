"""All tasks by name."""

from collections.abc import Mapping

from diffpol_ros.core.settings import closest
from sim.errors import SimulationError
from sim.tasks.avoid import AVOID_TASKS
from sim.tasks.block import BLOCK_LIFT
from sim.tasks.cheetah import CHEETAH
from sim.tasks.furniture import FURNITURE_TASKS
from sim.tasks.hopper import HOPPER
from sim.tasks.task import Task
from sim.tasks.walker import WALKER

TASKS: Mapping[str, Task] = {
    task.name: task for task in (HOPPER, WALKER, CHEETAH, BLOCK_LIFT, *AVOID_TASKS, *FURNITURE_TASKS)
}


def task_named(name: str) -> Task:
    """Return the task called `name`."""
    if name not in TASKS:
        raise SimulationError(f"there is no task {name!r}; {closest(name, TASKS)}")
    return TASKS[name]

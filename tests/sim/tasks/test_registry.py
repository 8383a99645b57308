"""Tasks by name."""

import numpy as np
import pytest

from sim.envs.vector import VectorEnvironment
from sim.errors import SimulationError
from sim.tasks.furniture import FURNITURE_TASKS
from sim.tasks.registry import TASKS, task_named

RUN_HERE = sorted(TASKS.keys() - {task.name for task in FURNITURE_TASKS})
"""Those that need no Isaac Gym."""


@pytest.mark.parametrize("name", RUN_HERE)
def test_a_task_and_its_worlds_agree(name: str):
    task = task_named(name)
    worlds = task.worlds(1)
    assert task.name == name
    assert len(task.frame_names) == len(set(task.frame_names)) == task.frame_size == worlds.observation_size
    assert len(task.action_names) == len(set(task.action_names)) == task.action_size == worlds.action_size
    assert len(task.frame_limits.minimum) == task.frame_size and len(task.action_limits.minimum) == task.action_size
    worlds.close()


@pytest.mark.parametrize("name", RUN_HERE)
def test_episodes_begin_within_the_limits_of_frames(name: str):
    task = task_named(name)
    environment = VectorEnvironment(task.worlds(3))
    for seed in range(3):
        frames = environment.reset(seed)
        assert (frames >= np.array(task.frame_limits.minimum) - 1e-3).all()
        assert (frames <= np.array(task.frame_limits.maximum) + 1e-3).all()


def test_a_misspelt_task_is_told_its_neighbour():
    with pytest.raises(SimulationError, match=r"no task 'hoper'; did you mean 'hopper'\?"):
        task_named("hoper")

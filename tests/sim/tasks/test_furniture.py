"""FurnitureBench's assemblies as tasks."""

import pytest

from sim.envs.furniture.settings import FurnitureSettings
from sim.tasks.furniture import FURNITURE_TASKS, FurnitureTask
from sim.tasks.registry import task_named


@pytest.mark.parametrize("task", FURNITURE_TASKS, ids=lambda task: task.name)
def test_names_and_limits_are_as_many_as_the_numbers(task: FurnitureTask):
    assert task_named(task.name) is task
    assert task.frame_size == FurnitureSettings(task.furniture).frame_size == len(task.frame_limits.minimum)
    assert task.action_size == 10 == len(task.action_limits.minimum)
    assert len(set(task.frame_names)) == task.frame_size and len(set(task.action_names)) == 10


def test_one_leg_is_seen_by_58_numbers():
    assert task_named("one_leg_low").frame_size == 58

"""Policies as settings: their sizes, and the data that are theirs."""

from dataclasses import replace

import numpy as np
import pytest

from sim.checkpoints import Checkpoint
from sim.configuration import to_plain
from sim.data.about import About
from sim.errors import CheckpointError, DatasetError
from sim.policy_settings import PolicySettings, policy_of
from sim.tasks.registry import task_named
from tests.sim.data.examples import demonstrated

HOPPER = PolicySettings("hopper", 1, 4, 4)


def data_of(frame: int, action: int, about: About):
    return replace(demonstrated(np.zeros((1, 3, frame)), np.zeros((3, action)), [3]), about=about)


def test_sizes_are_the_task_s_unless_said():
    assert HOPPER.sizes == (11, 3) and HOPPER.chunk_shape == (4, 3) and HOPPER.observation_size == 11
    assert PolicySettings().observation_size == 2 * 19
    assert PolicySettings("elsewhere", frame_size=5, action_size=2).sizes == (5, 2)


def test_the_task_s_own_data_are_taken():
    task = task_named("hopper")
    HOPPER.check(data_of(11, 3, About("hopper", 125.0, task.frame_names, task.action_names)))
    HOPPER.check(data_of(11, 3, About("", 125.0)))


def test_data_of_another_task_are_refused():
    with pytest.raises(DatasetError, match="frames have 4 numbers, task hopper has 11: the data are of task avoid"):
        HOPPER.check(data_of(4, 3, About("avoid", 10.0)))
    with pytest.raises(DatasetError, match="actions have 2 numbers, task hopper has 3"):
        HOPPER.check(data_of(11, 2, About("", 10.0)))
    names = ("speed", *task_named("hopper").frame_names[1:])
    with pytest.raises(DatasetError, match=r"task hopper has torso\.height where the data have speed"):
        HOPPER.check(data_of(11, 3, About("hopper", 10.0, names)))


def test_more_executed_than_predicted_is_refused():
    with pytest.raises(ValueError, match="no more executed than predicted"):
        PolicySettings(predicted_steps=4, executed_steps=5)


def test_a_checkpoint_of_any_kind_says_its_policy():
    configuration = {"policy": to_plain(HOPPER), "iterations": 3}
    assert policy_of(Checkpoint("finetune", 0, 0.0, configuration, {}, {}, {})) == HOPPER
    with pytest.raises(CheckpointError, match="says no policy"):
        policy_of(Checkpoint("pretrain", 0, 0.0, {}, {}, {}, {}))

"""A fine-tuned policy's episodes as a data set."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sim.checkpoints import Checkpoint
from sim.configuration import to_plain
from sim.data.dataset import Dataset
from sim.data.limits import FittedLimits, plain_limits
from sim.demos.policy import ActingSettings, PolicyDemonstrations
from sim.demos.recording import record_to_file
from sim.errors import DatasetError
from sim.finetune.checkpoints import actor_for
from sim.finetune.settings import FinetuneSettings
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.policy_settings import PolicySettings
from sim.tasks.registry import task_named
from sim.terminal import StopRequest

POLICY = PolicySettings(
    "hopper",
    1,
    2,
    2,
    train_steps=4,
    inference_steps=4,
    sampler="ddpm",
    prediction="epsilon",
    network=ResidualMlpSettings(8, 1, 4),
)


@pytest.fixture
def source(tmp_path: Path) -> PolicyDemonstrations:
    """A policy that has learnt nothing."""
    settings = FinetuneSettings(POLICY)
    settings = replace(settings, actor=replace(settings.actor, fine_tuned_steps=2))
    torch.manual_seed(0)
    actor = actor_for(POLICY.build(), POLICY, settings.actor)
    task = task_named("hopper")
    limits = plain_limits(FittedLimits(task.frame_limits, task.action_limits))
    path = tmp_path / "checkpoint.pt"
    Checkpoint("finetune", 1, 0.0, to_plain(settings), limits, {"actor": actor.state_dict()}, {}).save(path)
    return PolicyDemonstrations("hopper", path, tmp_path / "made.zarr.zip", 3, 10)


def test_what_the_policy_does_is_a_data_set_of_its_task(source: PolicyDemonstrations):
    record_to_file(source, StopRequest())
    dataset = Dataset.load(source.output)
    assert dataset.seeds.tolist() == [10, 11, 12] and dataset.terminals.all()
    assert dataset.states.shape[2] == 11 and dataset.about.state_names == task_named("hopper").frame_names
    assert np.abs(dataset.actions).max() <= 1.0 and dataset.rewards.sum() > 0.0


def test_episodes_do_not_depend_on_those_before(source: PolicyDemonstrations):
    first = list(source.record(range(10, 13)))
    again = list(source.record(range(12, 13)))
    assert first[2] is not None and again[0] is not None
    np.testing.assert_array_equal(first[2].states, again[0].states)


def test_another_policy_or_way_of_acting_is_another_recipe(source: PolicyDemonstrations):
    still = replace(source, acting=ActingSettings(exploring=False))
    assert still.about() != source.about() == replace(source, episodes=9).about()
    before = source.about()
    source.checkpoint.write_bytes(source.checkpoint.read_bytes() + b" ")
    assert source.about() != before


def test_a_policy_of_another_task_is_refused(source: PolicyDemonstrations):
    with pytest.raises(DatasetError, match="was trained for hopper, not for cheetah"):
        list(replace(source, task="cheetah").record(range(1)))


def test_without_a_policy_it_is_said_how_to_come_by_one(tmp_path: Path):
    source = PolicyDemonstrations("walker", tmp_path / "none.pt")
    with pytest.raises(DatasetError, match=r"none\.pt: does not exist; .* `python -m sim.finetune walker_medium`"):
        list(source.record(range(1)))

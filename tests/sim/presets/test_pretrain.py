"""Presets are the rows of the paper's tables."""

import pytest

from sim.algorithms.bc import PretrainSettings
from sim.configuration import from_plain, to_plain
from sim.presets.pretrain import PRETRAIN_PRESETS
from sim.pretrain.arguments import PretrainArguments
from sim.tasks.registry import TASKS

PARAMETERS = {"hopper": 553_020, "can": 575_564, "lift": 575_564 - 4 * 512}


@pytest.mark.parametrize("name", PRETRAIN_PRESETS)
def test_every_preset_comes_back_from_a_checkpoint_s_configuration(name: str):
    settings = PRETRAIN_PRESETS[name].arguments.settings
    assert from_plain(PretrainSettings, to_plain(settings)) == settings


@pytest.mark.parametrize("name", PRETRAIN_PRESETS)
def test_every_preset_is_for_a_task_or_says_its_sizes(name: str):
    policy = PRETRAIN_PRESETS[name].arguments.policy
    assert policy.task in TASKS or policy.frame_size
    assert policy.sizes.frame > 0 and policy.diffusion().train_steps == policy.train_steps


@pytest.mark.parametrize("name", PARAMETERS)
def test_networks_have_the_reference_s_parameters(name: str):
    network = PRETRAIN_PRESETS[name].arguments.policy.build()
    assert sum(parameter.numel() for parameter in network.parameters()) == PARAMETERS[name]


def test_the_block_s_is_the_command_s_own_default():
    assert PRETRAIN_PRESETS["block"].arguments == PretrainArguments()


def test_no_two_presets_write_to_the_same_folder():
    folders = [preset.arguments.output for preset in PRETRAIN_PRESETS.values()]
    assert len(set(folders)) == len(folders)

"""Each step of the short schedules begins with what the step before it writes."""

import pytest

from sim.demos.policy import PolicyDemonstrations
from sim.presets.locomotion import LOCOMOTION_PRESETS, TASKS
from sim.presets.pretrain_short import SHORT_PRETRAIN

SHORT = [name for name in LOCOMOTION_PRESETS if "short" in name]


@pytest.mark.parametrize("task", ["hopper", "walker", "cheetah"])
def test_data_are_made_by_the_policy_of_middling_skill(task: str):
    source = PolicyDemonstrations(task)
    assert source.checkpoint == LOCOMOTION_PRESETS[f"{task}_medium"].arguments.output / "checkpoint.pt"


@pytest.mark.parametrize("name", SHORT_PRETRAIN)
def test_pre_training_reads_those_data(name: str):
    arguments = SHORT_PRETRAIN[name].arguments
    assert arguments.data.name == "demonstrations.zarr.zip" and arguments.data.parent.name == arguments.policy.task


@pytest.mark.parametrize("name", SHORT)
def test_fine_tuning_begins_with_its_pre_training(name: str):
    before, after = SHORT_PRETRAIN[name].arguments, LOCOMOTION_PRESETS[name].arguments
    assert after.policy == before.output / "checkpoint.pt" and after.scratch == before.policy


@pytest.mark.parametrize("task", TASKS)
def test_both_methods_make_the_same_steps_and_gradient_steps(task: str):
    diffusion, gaussian = (LOCOMOTION_PRESETS[f"{task}_short{ending}"].arguments for ending in ("", "_gaussian"))
    pairs_a_chunk = diffusion.actor.fine_tuned_steps
    assert diffusion.dppo.batch_size == pairs_a_chunk * gaussian.dppo.batch_size
    assert diffusion.worlds * diffusion.dppo.chunks == gaussian.worlds * gaussian.dppo.chunks

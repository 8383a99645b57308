"""Checkpoints of small policies of every kind, as the trainings write them."""

from dataclasses import replace
from pathlib import Path

import torch

from sim.actors.sampling_rules import DiffusionActorSettings
from sim.algorithms.bc import PretrainSettings
from sim.checkpoints import Checkpoint
from sim.configuration import to_plain
from sim.data.limits import FittedLimits, plain_limits
from sim.finetune.checkpoints import actor_for
from sim.finetune.settings import FinetuneSettings
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.settings import HeadSettings, NetworkSettings
from sim.policy_settings import PolicySettings

SMALL = ResidualMlpSettings(hidden=32, blocks=1, step_size=8)


def policy(task: str = "block", network: NetworkSettings | HeadSettings = SMALL, **changes: object) -> PolicySettings:
    """Return a policy of six actions, three of them executed."""
    plain = PolicySettings(
        task, predicted_steps=6, executed_steps=3, train_steps=20, inference_steps=5, network=network
    )
    return replace(plain, **changes)


def pretrained(path: Path, settings: PolicySettings, limits: FittedLimits | None = None) -> Path:
    """Write a pre-training's checkpoint with random weights; limits are the task's where none are given."""
    torch.manual_seed(0)
    weights = settings.build().state_dict()
    configuration = to_plain(PretrainSettings(settings))
    plain = plain_limits(limits) if limits else _limits(settings)
    checkpoint = Checkpoint("pretrain", 7, 3.0, configuration, plain, {"network": weights, "average": weights}, {})
    checkpoint.save(path)
    return path


def finetuned(path: Path, settings: PolicySettings, last_steps: int = 2) -> Path:
    """Write a fine-tuning's checkpoint whose tuned weights are far from its base's."""
    torch.manual_seed(0)
    actor_settings = DiffusionActorSettings(fine_tuned_steps=last_steps)
    actor = actor_for(settings.build(), settings, actor_settings)
    with torch.no_grad():
        for parameter in actor.trainable():
            parameter.mul_(0.5)
    checkpoint = Checkpoint(
        "finetune",
        3,
        5.0,
        to_plain(FinetuneSettings(settings, actor_settings)),
        _limits(settings),
        {"actor": actor.state_dict(), "critic": {}},
        {"environment_steps": 600},
    )
    checkpoint.save(path)
    return path


def _limits(settings: PolicySettings) -> dict[str, list[float]]:
    task = settings.definition()
    return plain_limits(FittedLimits(task.frame_limits, task.action_limits))

"""Fine-tuning of the block's weak policy by DPPO within minutes on two cores: all five denoising steps, success alone.

docs/results/block.md says what comes of it: nothing, and why. What does improve it is sim.improve.
"""

from collections.abc import Mapping
from pathlib import Path

from sim.actors.sampling_rules import DiffusionActorSettings
from sim.algorithms.dppo_settings import ClipSettings, DppoSettings
from sim.finetune.arguments import FinetuneArguments
from sim.finetune.settings import TrialSettings
from sim.optimisation.learning_rate import CosineSettings
from sim.presets.pretrain_weak import WEAK_PRETRAIN
from sim.terminal import Preset

BLOCK_FLOOR = 0.025
"""Of exploring at the block: with the paper's 0.1 the hand hits the table, and the gate stops every episode."""
SHORT = DppoSettings(
    iterations=30,
    chunks=8,
    discount=0.95,
    clip=ClipSettings(0.05, 0.01),
    critic_warm_up=1,
    batch_size=2560,
    micro_batch=1280,
    epochs=5,
    actor_rate=CosineSettings(5e-6, 5e-6, warm_up=0),
)
"""128 worlds x 8 chunks x 8 actions: 6.4 s, in which an episode succeeds after about 4 s, or has failed."""


def _weak() -> FinetuneArguments:
    before = WEAK_PRETRAIN["block_weak"].arguments
    return FinetuneArguments(
        before.output / "checkpoint.pt",
        before.policy,
        Path("results/block_lift/finetune_weak"),
        worlds=128,
        begin_anew=True,
        until_success=True,
        deadline=64,
        fast=True,
        actor=DiffusionActorSettings(5, sampling_floor=0.02),
        dppo=SHORT,
        trials=TrialSettings(every=0),
        save_every=1,
    )


WEAK_BLOCK: Mapping[str, Preset[FinetuneArguments]] = {
    "block_weak": Preset("the block: its weak policy, in minutes", _weak())
}
"""By name."""

"""Policies that improve by the best of what they do themselves, by name."""

from collections.abc import Mapping
from pathlib import Path

from sim.improve.arguments import ImproveArguments
from sim.optimisation.settings import OptimiserSettings
from sim.presets.pretrain_weak import WEAK_PRETRAIN
from sim.terminal import Preset

IMPROVE_PRESETS: Mapping[str, Preset[ImproveArguments]] = {
    "block_weak": Preset(
        "the block: its weak policy, in minutes",
        ImproveArguments(
            WEAK_PRETRAIN["block_weak"].arguments.output / "checkpoint.pt",
            Path("results/block_lift/improve_weak"),
            optimiser=OptimiserSettings(4000),
        ),
    )
}
"""By name."""

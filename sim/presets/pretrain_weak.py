"""A weak policy of the block: few demonstrations, by somebody who misjudges, leave something to mend."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sim.presets.pretrain_rows import Pretrain
from sim.pretrain.arguments import PretrainArguments
from sim.terminal import Preset

FOLDER = Path("results/block_lift")


def _weak() -> PretrainArguments:
    """Return the shipped policy's training, somewhat shorter, with five denoising steps."""
    ours = PretrainArguments()
    return replace(
        ours,
        data=FOLDER / "clumsy.zarr.zip",
        output=FOLDER / "pretrain_weak",
        policy=replace(ours.policy, inference_steps=5),
        optimiser=replace(ours.optimiser, duration=6000),
    )


WEAK_PRETRAIN: Mapping[str, Pretrain] = {
    "block_weak": Preset("the block: a weak policy, of demonstrations whose demonstrator misjudges", _weak())
}
"""By name."""

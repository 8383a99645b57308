"""Avoid by other rules about what ends an episode: what that does to training.

Fine-tunes as a preset of `python -m sim.finetune` does, which is the rival, with nothing else changed:
python -m benchmarks.avoid_rules --rule pillars --preset avoid_m1_short_gaussian.
`python -m sim.curves` draws the runs of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
import tyro
from tqdm import tqdm

from sim.envs.avoid.settings import AvoidSettings
from sim.envs.avoid.worlds import AvoidWorlds
from sim.finetune.arguments import FinetuneArguments
from sim.finetune.tuner import FineTuner, Iteration
from sim.presets.finetune import FINETUNE_PRESETS
from sim.runs.folder import RunLog
from sim.runs.record import About

RULES: Mapping[str, tuple[AvoidSettings, str]] = {
    "limit": (AvoidSettings(ends_at_limit=False), "cut off at the last step"),
    "pillars": (AvoidSettings(ends_at_pillars=False), "a touched pillar costs"),
}
"""What is different, and how curves call it: the last step is a mere cut-off, after which the critic guesses how it
would go on; a touched pillar costs 0.1 at each later step, as in the paper, and ends nothing."""


@dataclass(frozen=True)
class Arguments:
    """What is compared."""

    rule: Literal["limit", "pillars"] = "limit"
    """What is different."""
    preset: str = "avoid_m1_short_gaussian"
    """A preset of `python -m sim.finetune` whose pre-training is done."""
    seeds: tuple[int, ...] = (0, 1, 2)
    """Of fine-tuning."""
    output: Path = Path("results/avoid_rules")
    """Folder of the runs' folders."""


def main(arguments: Arguments) -> None:
    """Fine-tune with each seed."""
    preset = FINETUNE_PRESETS[arguments.preset].arguments
    for seed in arguments.seeds:
        folder = arguments.output / arguments.rule / arguments.preset / f"seed{seed}"
        _tune(replace(preset, seed=seed, output=folder), *RULES[arguments.rule])


def _tune(preset: FinetuneArguments, settings: AvoidSettings, called: str) -> None:
    base = preset.base()
    worlds = AvoidWorlds(preset.worlds, settings)
    tuner = FineTuner(preset.settings(base.policy), base, worlds, torch.device("cpu"))
    about = About(base.policy.task, f"{preset.method}, {called}", preset.seed)
    with RunLog(preset.output, about, events=False) as log:
        for _ in tqdm(range(tuner.settings.dppo.iterations), desc=about.method):
            _note(log, tuner.iterate(), tuner.step)


def _note(log: RunLog, done: Iteration, step: int) -> None:
    if done.progress:
        log.scalar("loss/value", done.progress.value_loss, step)
        log.scalar("explained_variance", done.progress.explained_variance, step)
    if done.episodes:
        log.scalar("success", sum(episode.succeeded for episode in done.episodes) / len(done.episodes), step)


if __name__ == "__main__":
    main(tyro.cli(Arguments))

"""Whether a fine-tuning's gradient says anything: how much those of independent roll-outs of a preset agree.

The cosine of the actor's gradients of two iterations' chunks, after iterations in which only the critic learned. Noise
alone gives about 0; what is shared grows with the number of chunks. `python -m benchmarks.gradient_agreement
block_weak --policy CHECKPOINT` and, to compare with, a preset that learns, such as avoid_m1_short.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cosine_similarity

from sim.finetune.arguments import FinetuneArguments
from sim.finetune.run import worlds_of
from sim.finetune.tuner import FineTuner
from sim.presets.finetune import FINETUNE_PRESETS
from sim.rollouts.lesson import Lesson
from sim.terminal import Preset, run_preset

WARM_UP, BATCHES = 8, 6
SEED = 1_000_000


@dataclass(frozen=True)
class Batch:
    """The gradient of each denoising step, and of all together."""

    steps: list[Tensor]

    @property
    def whole(self) -> Tensor:
        """Return the sum."""
        return torch.stack(self.steps).sum(0)


def main(arguments: FinetuneArguments) -> None:
    """Warm up the critic, collect and print."""
    torch.set_num_threads(arguments.threads or 1)
    base = arguments.base()
    plain = arguments.settings(base.policy)
    settings = replace(
        plain, dppo=replace(plain.dppo, critic_warm_up=WARM_UP + 1), trials=replace(plain.trials, every=0)
    )
    with worlds_of(base.policy.task, settings, arguments.scale) as worlds:
        tuner = FineTuner(settings, base, worlds, torch.device("cpu"))
        for _ in range(WARM_UP):
            tuner.iterate()
        # One after the other: the next lesson takes the place of the last one's chains.
        batches = [gradients(tuner, tuner.lesson(SEED + number)) for number in range(BATCHES)]
    chunks = settings.worlds * settings.dppo.chunks
    print(f"cosines of {BATCHES} gradients of {chunks} chunks each, mean +- standard error of the pairs:")
    for step in range(tuner.actor.steps):
        print(f"  denoising step {step}  {agreement(batches, lambda batch, step=step: batch.steps[step])}")
    print(f"  all together      {agreement(batches, lambda batch: batch.whole)}")


def gradients(tuner: FineTuner, lesson: Lesson) -> Batch:
    """Return the policy gradient of each denoising step by all chunks of a lesson."""
    advantages = (lesson.advantages - lesson.advantages.mean()) / lesson.advantages.std()
    actor, rows, found = tuner.actor, torch.arange(len(advantages)), list[Tensor]()
    for step in range(actor.steps):
        actor.zero_grad()
        for part in rows.split(tuner.settings.dppo.micro_batch):
            before, after = lesson.chains[part, step], lesson.chains[part, step + 1]
            index = torch.full((len(part),), step)
            likelihoods = actor.log_likelihood(lesson.observations[part], before, after, index)
            (-(likelihoods * advantages[part]).sum() / len(rows)).backward()
        found.append(torch.cat([each.grad.flatten() for each in actor.trainable() if each.grad is not None]))
    return Batch(found)


def agreement(batches: list[Batch], of: Callable[[Batch], Tensor]) -> str:
    """Return the mean cosine of all pairs, and its standard error as if pairs were independent."""
    cosines = np.array([float(cosine_similarity(of(a), of(b), dim=0)) for a, b in combinations(batches, 2)])
    return f"{cosines.mean():+.3f} +- {cosines.std(ddof=1) / len(cosines) ** 0.5:.3f}"


PRESETS = {
    name: Preset(preset.summary, replace(preset.arguments, threads=1)) for name, preset in FINETUNE_PRESETS.items()
}

if __name__ == "__main__":
    run_preset(main, PRESETS, "How much the gradients of independent roll-outs agree.")

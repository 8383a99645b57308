"""Rounds of playing, choosing and cloning."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sim.checkpoints import Checkpoint
from sim.data.dataset import Dataset
from sim.envs.worlds import Flags, Happened, Seeds, Vectors
from sim.errors import TrainingError
from sim.improve.arguments import ImproveArguments
from sim.improve.run import improve
from sim.optimisation.settings import OptimiserSettings
from sim.runs.scalars import read_scalars
from sim.tasks.block import BlockTask
from tests.sim.policies_of import policy, pretrained

CPU = torch.device("cpu")


class Lucky:
    """Worlds of the block's size; every second seed succeeds after three steps."""

    observation_size, action_size, step_limit = 19, 10, 100

    def __init__(self, count: int) -> None:
        self.count = count
        self.seeds, self.ages = np.zeros(count, np.int64), np.zeros(count, np.int64)

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        self.seeds[which], self.ages[which] = seeds[which], 0
        return self._frames()

    def step(self, actions: Vectors, active: Flags) -> Happened:
        assert np.isfinite(actions).all()
        self.ages += active
        done = (self.ages >= 3) & (self.seeds % 2 == 0)
        return Happened(self._frames(), done.astype(np.float32), np.zeros(self.count, bool), done)

    def close(self) -> None:
        pass

    def _frames(self) -> Vectors:
        plain = np.array([0.5, 0.0, 0.1, 1, 0, 0, 0, -1, 0, 0.08, 0.5, 0.0, 0.03, 1, 0, 0, 0, 1, 0])
        # Whatever may vary does, with seed and age.
        moved = np.isin(np.arange(19), [0, 1, 2, 9, 10, 11, 12])
        frames = plain + np.outer(1e-3 * (self.seeds % 7) + 0.01 * self.ages, moved)
        return frames.astype(np.float32)


@pytest.fixture
def arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ImproveArguments:
    monkeypatch.setattr(BlockTask, "fast_worlds", lambda self, count, *, workers=1: Lucky(count))
    base = pretrained(tmp_path / "base.pt", policy())
    small = OptimiserSettings(duration=4, batch_size=8)
    return ImproveArguments(
        base, tmp_path / "run", rounds=2, episodes=12, worlds=5, limit=9, tail=1, views=2, optimiser=small
    )


def test_each_round_leaves_what_was_learned_from_and_a_policy(arguments: ImproveArguments):
    improve(arguments, CPU)
    for number in (1, 2):
        folder = arguments.output / f"round{number}"
        dataset = Dataset.load(folder / "best.zarr.zip")
        assert len(dataset.states) == 3 and (dataset.seeds % 2 == 0).all()
        assert (np.diff(dataset.ends, prepend=0) == 4).all()
        assert Checkpoint.load(folder / "checkpoint.pt", "pretrain").step == 4
    rates = {each.step: each.value for each in read_scalars(arguments.output) if each.name == "evaluation/success"}
    assert set(rates) == {0, 1, 2} and all(0.2 < rate < 0.8 for rate in rates.values())
    steps = [each.value for each in read_scalars(arguments.output) if each.name == "environment_steps"]
    assert steps == sorted(steps) and len(set(steps)) == 3


def test_the_same_command_goes_on_after_the_last_round_that_was_finished(arguments: ImproveArguments):
    improve(replace(arguments, rounds=1), CPU)
    kept = (arguments.output / "round1" / "checkpoint.pt").read_bytes()
    improve(arguments, CPU)
    assert (arguments.output / "round1" / "checkpoint.pt").read_bytes() == kept
    assert (arguments.output / "round2" / "checkpoint.pt").exists()


def test_the_same_seed_gives_the_same_policy(arguments: ImproveArguments, tmp_path: Path):
    improve(arguments, CPU)
    other = replace(arguments, output=tmp_path / "again", workers=1)
    improve(other, CPU)
    first, second = (
        Checkpoint.load(each.output / "round2" / "checkpoint.pt", "pretrain").weights["average"]
        for each in (arguments, other)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_what_cannot_be_improved_is_refused(arguments: ImproveArguments, tmp_path: Path):
    walker = pretrained(tmp_path / "hopper.pt", policy("hopper"))
    with pytest.raises(TrainingError, match="task hopper does not say how near"):
        improve(replace(arguments, policy=walker), CPU)
    with pytest.raises(TrainingError, match="share is 0"):
        replace(arguments, share=0.0)

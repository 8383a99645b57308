"""Rounds of playing, choosing and cloning."""

import os
import signal
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sim.checkpoints import Checkpoint
from sim.data.dataset import Dataset
from sim.envs.worlds import Flags, Happened, Seeds, Vectors
from sim.errors import SimulationError, TrainingError
from sim.improve import run
from sim.improve.arguments import ImproveArguments, PushedSettings
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
    none = PushedSettings(first_round=9)
    return ImproveArguments(
        base, tmp_path / "run", rounds=2, pushed=none, episodes=12, worlds=5, limit=9, tail=1, views=2, optimiser=small
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
    assert set(rates) == {1, 2, 3} and all(0.2 < rate < 0.8 for rate in rates.values())
    steps = [each.value for each in read_scalars(arguments.output) if each.name == "environment_steps"]
    assert steps[0] == 0.0 and steps == sorted(steps) and len(set(steps)) == 3


def test_in_later_rounds_all_that_succeeds_is_learned_from_with_pushes_and_without(
    arguments: ImproveArguments, capsys: pytest.CaptureFixture[str]
):
    pushed = PushedSettings(first_round=2, episodes=4, hard=3, limit=5, executed_steps=1, duration=6)
    improve(replace(arguments, pushed=pushed), CPU)
    first, second = (arguments.output / f"round{number}" for number in (1, 2))
    said = capsys.readouterr().out
    assert "after 0 rounds" in said and "of 7 with pushes" in said.split("after 1 rounds")[-1]
    chosen = Dataset.load(second / "best.zarr.zip")
    assert len(chosen.seeds) > len(Dataset.load(first / "best.zarr.zip").seeds) and (chosen.seeds % 2 == 0).all()
    assert (np.diff(chosen.seeds) > 0).all()
    assert [Checkpoint.load(each / "checkpoint.pt", "pretrain").step for each in (first, second)] == [4, 6]
    rates = {each.step: each.value for each in read_scalars(arguments.output) if each.name == "evaluation/success"}
    steps = {each.step: each.value for each in read_scalars(arguments.output) if each.name == "played_steps"}
    # What is noted of a policy's worth is what it does without pushes; what it learned from counts both.
    assert all((rate * 12) == pytest.approx(round(rate * 12)) for rate in rates.values())
    assert steps[2] > steps[1]


def test_pushes_are_drawn_from_the_seed_alone_and_are_not_what_is_learned(
    arguments: ImproveArguments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    done: list[Vectors] = []

    class Noting(Lucky):
        def step(self, actions: Vectors, active: Flags) -> Happened:
            done.append(actions[active])
            return super().step(actions, active)

    monkeypatch.setattr(BlockTask, "fast_worlds", lambda self, count, *, workers=1: Noting(count))
    pushed = PushedSettings(1, episodes=12, hard=8, limit=5, executed_steps=2, duration=4)
    first = replace(arguments, rounds=1, pushed=pushed)
    second, other = (replace(first, output=tmp_path / name, seed=seed) for name, seed in (("again", 0), ("other", 1)))
    acted: list[Vectors] = []
    for each in (first, second, other):
        done.clear()
        improve(each, CPU)
        acted.append(np.concatenate(done))
    np.testing.assert_array_equal(acted[0], acted[1])
    assert acted[0].shape != acted[2].shape or (acted[0] != acted[2]).any()
    learned = [Dataset.load(each.output / "round1" / "best.zarr.zip") for each in (first, second)]
    np.testing.assert_array_equal(learned[0].actions, learned[1].actions)
    # Of the actions that are learned some were never done: something else was done in their place.
    never = [not (acted[0] == action).all(axis=1).any() for action in learned[0].actions]
    assert 0.02 < np.mean(never) < 0.6


def test_the_same_command_goes_on_after_the_last_round_that_was_finished(arguments: ImproveArguments):
    improve(replace(arguments, rounds=1), CPU)
    first = arguments.output / "round1" / "checkpoint.pt"
    kept = Checkpoint.load(first, "pretrain").weights["average"]
    improve(arguments, CPU)
    again = Checkpoint.load(first, "pretrain").weights["average"]
    assert all(torch.equal(kept[name], again[name]) for name in kept)
    assert (arguments.output / "round2" / "checkpoint.pt").exists()


def test_a_run_that_is_finished_is_not_played_again(arguments: ImproveArguments, monkeypatch: pytest.MonkeyPatch):
    improve(arguments, CPU)
    before = read_scalars(arguments.output)
    with monkeypatch.context() as patched:
        patched.setattr(run, "play", None)
        improve(arguments, CPU)
    assert read_scalars(arguments.output) == before


def test_a_run_that_is_made_longer_counts_what_it_learned_from_as_one_that_was_not(
    arguments: ImproveArguments, tmp_path: Path
):
    pushed = PushedSettings(first_round=2, episodes=4, hard=3, limit=5, duration=4)
    whole = replace(arguments, pushed=pushed)
    parts = replace(whole, output=tmp_path / "parts", rounds=1)
    improve(whole, CPU)
    improve(parts, CPU)
    improve(replace(parts, rounds=2), CPU)
    logs = [[(one.name, one.step, one.value) for one in read_scalars(each.output)] for each in (whole, parts)]
    assert logs[0] == logs[1]


def test_a_run_that_was_stopped_ends_as_if_it_had_not_been(
    arguments: ImproveArguments, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    improve(arguments, CPU)
    other = replace(arguments, output=tmp_path / "stopped", workers=1)
    with monkeypatch.context() as patched:
        patched.setattr(run, "pretrain", lambda arguments, device: False)
        improve(other, CPU)
    assert (other.output / "round1" / "best.zarr.zip").exists() and not (other.output / "round2").exists()
    improve(other, CPU)
    first, second = (
        Checkpoint.load(each.output / "round2" / "checkpoint.pt", "pretrain").weights["average"]
        for each in (arguments, other)
    )
    assert all(torch.equal(first[name], second[name]) for name in first)
    logs = [[(one.name, one.step, one.value) for one in read_scalars(each.output)] for each in (arguments, other)]
    assert logs[0] == logs[1]


def test_whoever_asks_to_stop_while_it_plays_begins_that_round_again(
    arguments: ImproveArguments, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    class Impatient(Lucky):
        def reset(self, which: Flags, seeds: Seeds) -> Vectors:
            os.kill(os.getpid(), signal.SIGINT)
            return super().reset(which, seeds)

    with monkeypatch.context() as patched:
        patched.setattr(BlockTask, "fast_worlds", lambda self, count, *, workers=1: Impatient(count))
        improve(arguments, CPU)
    assert "the same command goes on" in capsys.readouterr().out
    assert not (arguments.output / "round1").exists() and not read_scalars(arguments.output)
    improve(arguments, CPU)
    assert (arguments.output / "round2" / "checkpoint.pt").exists()


def test_a_run_is_not_gone_on_with_otherwise(arguments: ImproveArguments):
    improve(replace(arguments, rounds=1), CPU)
    with pytest.raises(TrainingError, match=r"settings.json: share was 0.4, now 0.5"):
        improve(replace(arguments, share=0.5), CPU)


def test_what_cannot_be_improved_is_refused(arguments: ImproveArguments, tmp_path: Path):
    walker = pretrained(tmp_path / "hopper.pt", policy("hopper"))
    with pytest.raises(TrainingError, match="task hopper does not say how near"):
        improve(replace(arguments, policy=walker), CPU)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(run, "task_named", lambda name: SimpleNamespace(potential=len, views=len))
        with pytest.raises(TrainingError, match=r"knows no pushes: use --pushed.first-round 3"):
            improve(replace(arguments, pushed=PushedSettings(first_round=2)), CPU)
    with pytest.raises(SimulationError, match="first_round is 0"):
        PushedSettings(first_round=0)
    with pytest.raises(TrainingError, match="share is 0"):
        replace(arguments, share=0.0)

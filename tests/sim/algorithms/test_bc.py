"""Behaviour cloning: it learns, is what it was, and a resumed run is the uninterrupted one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sim.algorithms.bc import BehaviourCloning, PretrainSettings
from sim.checkpoints import Checkpoint
from sim.data.windows import WindowSettings
from sim.errors import CheckpointError
from sim.networks.attention import AttentionSettings
from sim.networks.heads.mlp_heads import GaussianMlpSettings, MixtureMlpSettings
from sim.networks.transformer import TransformerSettings
from sim.optimisation.average import AverageSettings
from sim.optimisation.settings import OptimiserSettings
from tests.sim.algorithms.cloning import POLICY, TINY, cloning, losses, smooth, with_network

DROPPING = TransformerSettings(AttentionSettings(width=16, heads=2, layers=1, dropout=0.3))
PASSES = replace(TINY, optimiser=replace(TINY.optimiser, duration=3, unit="pass", batch_size=70))
BEFORE = [0.3332060575, 0.3349601328, 0.3295004964, 0.3304176033, 0.3306883574, 0.3244944215]
"""Losses of the block task's defaults on `smooth(2)` before AdamW was fused and linear layers were done by oneDNN."""


def test_a_tiny_training_halves_the_loss():
    run = cloning()
    curve = losses(run, 200)
    assert np.mean(curve[-20:]) < 0.5 * np.mean(curve[:20])
    assert run.finished


@pytest.mark.parametrize("network", [GaussianMlpSettings(32), MixtureMlpSettings(32, modes=2)])
def test_heads_learn_by_likelihood(network: GaussianMlpSettings | MixtureMlpSettings):
    curve = losses(cloning(with_network(network)), 100)
    assert np.mean(curve[-10:]) < np.mean(curve[:10]) - 1.0


def test_the_block_s_defaults_train_as_ever():
    np.testing.assert_allclose(losses(cloning(PretrainSettings(), smooth(views=2)), 6), BEFORE, rtol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        TINY,
        PASSES,
        replace(TINY, average=AverageSettings(0.9, "delayed", begin_pass=2, every=2)),
        replace(TINY, optimiser=replace(TINY.optimiser, at_once=20)),
        replace(TINY, optimiser=replace(TINY.optimiser, precision="bfloat16")),
        with_network(DROPPING),
        with_network(MixtureMlpSettings(16, modes=2)),
    ],
    ids=["plain", "passes", "delayed average", "accumulated", "bfloat16", "dropout", "mixture"],
)
def test_a_resumed_run_has_the_same_curve_and_weights(settings: PretrainSettings, tmp_path: Path):
    whole, path = cloning(settings), tmp_path / "checkpoint.pt"
    curve = losses(whole, 12)
    first = cloning(settings)
    losses(first, 5)
    first.checkpoint().save(path)
    torch.manual_seed(99)
    second = cloning(settings)
    second.resume(Checkpoint.load(path), path)
    assert losses(second, 7) == curve[5:]
    for part, weights in whole.checkpoint().weights.items():
        assert all(torch.equal(value, second.checkpoint().part(part)[name]) for name, value in weights.items())


def test_dropout_drops():
    run = cloning(with_network(DROPPING))
    batch = run.windows.batch(torch.arange(4), torch.zeros(4, dtype=torch.int64))
    inputs = batch.chunks, torch.zeros(4, dtype=torch.int64), batch.observations
    run.update()
    assert not torch.equal(run.network(*inputs), run.network(*inputs))
    assert torch.equal(run.network.eval()(*inputs), run.network(*inputs))


def test_gradients_of_parts_add_up_to_those_of_the_batch():
    parts = replace(TINY, optimiser=replace(TINY.optimiser, at_once=20))
    first, second = losses(cloning(), 10), losses(cloning(parts), 10)
    np.testing.assert_allclose(first, second, rtol=1e-3)
    assert first[0] == pytest.approx(second[0], rel=1e-6)


def test_fewer_bits_learn_the_same():
    lowered = replace(TINY, optimiser=replace(TINY.optimiser, precision="bfloat16"))
    np.testing.assert_allclose(losses(cloning(), 10), losses(cloning(lowered), 10), rtol=0.03)


def test_float16_without_cuda_is_refused():
    with pytest.raises(ValueError, match="choose bfloat16"):
        cloning(replace(TINY, optimiser=OptimiserSettings(precision="float16")))


def test_a_pass_holds_every_window_once():
    run = cloning(replace(PASSES, windows=WindowSettings(pad_after=0)))
    assert (len(run.windows), run.updates_a_pass, run.updates) == (291, 5, 15)
    generator = torch.Generator()
    for _ in range(2):
        seen = []
        for _ in range(5):
            seen.append(run._next_windows(generator))
            run.step += 1
        assert torch.equal(torch.cat(seen).sort().values, torch.arange(291)) and len(seen[-1]) == 291 - 4 * 70


def test_the_rate_of_passes_changes_from_pass_to_pass():
    run = cloning(PASSES)
    rates = []
    while not run.finished:
        rates.append(run.learning_rate)
        run.update()
    assert len(rates) == 15 and len(set(rates)) == 3


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (replace(TINY, seed=4), "seed is 3 there and 4 here"),
        (replace(TINY, policy=replace(POLICY, train_steps=10)), r"policy\.train_steps is 20 there and 10 here"),
        (with_network(GaussianMlpSettings()), r"policy\.network\.kind is residual_mlp there and gaussian_mlp here"),
    ],
)
def test_a_checkpoint_of_other_settings_is_refused(other: PretrainSettings, message: str):
    with pytest.raises(CheckpointError, match=message):
        cloning(other).resume(cloning().checkpoint(), Path("checkpoint.pt"))


def test_a_checkpoint_of_other_data_is_refused():
    data = smooth()
    shifted = replace(data, actions=data.actions + 1.0)
    with pytest.raises(CheckpointError, match=r"other data: action_minimum\[0\]"):
        BehaviourCloning(TINY, shifted, torch.device("cpu")).resume(cloning().checkpoint(), Path("checkpoint.pt"))

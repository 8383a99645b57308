"""Training: it learns, and a resumed run is the uninterrupted one."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sim.data.dataset import Dataset
from sim.errors import CheckpointError
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.train.checkpoint import Checkpoint
from sim.train.settings import OptimiserSettings, PolicySettings, TrainSettings
from sim.train.trainer import Trainer, learning_rate
from tests.sim.data.examples import demonstrated

TINY = TrainSettings(
    policy=PolicySettings(
        predicted_steps=4,
        executed_steps=2,
        train_steps=20,
        inference_steps=5,
        network=ResidualMlpSettings(hidden=64, blocks=1, step_size=8),
    ),
    optimiser=OptimiserSettings(updates=200, batch_size=64, warm_up=10),
    seed=3,
)


@pytest.fixture
def data() -> Dataset:
    """Actions that are a smooth function of what is seen."""
    time = np.arange(300)[None, :, None] / 30.0
    observations = (0.5 * np.sin(time + np.arange(19))).astype(np.float32)
    actions = np.tanh(observations[0, :, :10]).astype(np.float32)
    return demonstrated(observations, actions, [100, 200, 300])


def trainer(data: Dataset, settings: TrainSettings = TINY) -> Trainer:
    return Trainer(settings, data, torch.device("cpu"))


def test_a_tiny_training_halves_the_loss(data: Dataset):
    one = trainer(data)
    losses = [float(one.update()) for _ in range(200)]
    assert np.mean(losses[-20:]) < 0.5 * np.mean(losses[:20])
    assert one.finished


def test_a_resumed_run_has_the_same_curve_and_weights(data: Dataset, tmp_path: Path):
    whole = trainer(data)
    losses = [float(whole.update()) for _ in range(12)]
    first = trainer(data)
    for _ in range(5):
        first.update()
    path = tmp_path / "checkpoint.pt"
    first.checkpoint().save(path)
    second = trainer(data)
    second.resume(Checkpoint.load(path), path)
    assert [float(second.update()) for _ in range(7)] == losses[5:]
    for name, value in whole.checkpoint().average.items():
        assert torch.equal(value, second.checkpoint().average[name])


@pytest.mark.parametrize("other", [replace(TINY, seed=4), replace(TINY, policy=replace(TINY.policy, train_steps=10))])
def test_a_checkpoint_of_other_settings_is_refused(data: Dataset, other: TrainSettings):
    checkpoint = trainer(data).checkpoint()
    with pytest.raises(CheckpointError, match="other settings"):
        trainer(data, other).resume(checkpoint, Path("checkpoint.pt"))


def test_a_checkpoint_of_other_data_is_refused(data: Dataset):
    checkpoint = trainer(data).checkpoint()
    shifted = replace(data, actions=data.actions + 1.0)
    with pytest.raises(CheckpointError, match="other demonstrations"):
        trainer(shifted).resume(checkpoint, Path("checkpoint.pt"))


def test_learning_rate_warms_up_and_falls_to_its_end():
    settings = OptimiserSettings(updates=1000, warm_up=100, learning_rate=1e-3, final_learning_rate=1e-5)
    assert learning_rate(settings, 0) == pytest.approx(1e-5)
    assert learning_rate(settings, 99) == pytest.approx(1e-3)
    assert learning_rate(settings, 550) == pytest.approx(1e-5 + 0.5 * (1e-3 - 1e-5))
    assert learning_rate(settings, 1000) == pytest.approx(1e-5)
    middle = learning_rate(settings, 325)
    assert middle == pytest.approx(1e-5 + (0.5 + 0.5 * math.cos(math.pi / 4)) * (1e-3 - 1e-5))

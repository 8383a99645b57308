"""Small trainings for tests of behaviour cloning."""

from dataclasses import replace

import numpy as np
import torch

from sim.algorithms.bc import BehaviourCloning, PretrainSettings
from sim.data.dataset import Dataset
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.settings import HeadSettings, NetworkSettings
from sim.optimisation.learning_rate import CosineSettings
from sim.optimisation.settings import OptimiserSettings
from sim.policy_settings import PolicySettings
from tests.sim.data.examples import demonstrated

POLICY = PolicySettings(
    predicted_steps=4,
    executed_steps=2,
    train_steps=20,
    inference_steps=5,
    network=ResidualMlpSettings(hidden=64, blocks=1, step_size=8),
)
TINY = PretrainSettings(
    policy=POLICY,
    optimiser=OptimiserSettings(duration=200, batch_size=64, learning_rate=CosineSettings(warm_up=10)),
    seed=3,
)


def smooth(views: int = 1) -> Dataset:
    """300 frames of the block task's sizes: actions that are a smooth function of what is seen."""
    time = np.arange(300)[None, :, None] / 30.0
    shifts = 0.01 * np.arange(views)[:, None, None]
    states = (0.5 * np.sin(time + np.arange(19)) + shifts).astype(np.float32)
    return demonstrated(states, np.tanh(states[0, :, :10]), [100, 200, 300])


def cloning(settings: PretrainSettings = TINY, data: Dataset | None = None) -> BehaviourCloning:
    return BehaviourCloning(settings, data or smooth(), torch.device("cpu"))


def losses(run: BehaviourCloning, updates: int) -> list[float]:
    return [float(run.update()) for _ in range(updates)]


def with_network(network: NetworkSettings | HeadSettings) -> PretrainSettings:
    return replace(TINY, policy=replace(POLICY, network=network))

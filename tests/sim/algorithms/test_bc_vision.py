"""Cloning of what is seen through cameras."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from sim.algorithms.bc import BehaviourCloning, PretrainSettings
from sim.data.dataset import Dataset
from sim.errors import DatasetError
from sim.networks.heads.mlp_heads import GaussianMlpSettings
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.settings import HeadSettings, NetworkSettings
from sim.networks.vision.settings import VisionSettings
from sim.networks.vision.vit import VitSettings
from sim.optimisation.learning_rate import CosineSettings
from sim.optimisation.settings import OptimiserSettings
from sim.policy_settings import PolicySettings
from tests.sim.data.examples import demonstrated

SIZE = 16
VISION = VisionSettings(height=SIZE, width=SIZE, encoder=VitSettings(16, 2, 1, 16), shift=1)
NETWORKS = [ResidualMlpSettings(32, 1, 8), GaussianMlpSettings(32)]


def shown() -> Dataset:
    """Actions that only the image tells: how bright it is."""
    random = np.random.default_rng(0)
    bright = random.uniform(0.0, 1.0, 120)
    images = np.broadcast_to((255 * bright).astype(np.uint8)[:, None, None, None], (120, SIZE, SIZE, 3))
    data = demonstrated(random.uniform(-1.0, 1.0, (1, 120, 2)), np.stack([bright, -bright], 1), [60, 120])
    return replace(data, images={"front": images})


def cloning(network: NetworkSettings | HeadSettings, data: Dataset | None = None) -> BehaviourCloning:
    policy = PolicySettings(
        "brightness", 1, 1, 1, train_steps=10, network=network, vision=VISION, frame_size=2, action_size=2
    )
    optimiser = OptimiserSettings(150, batch_size=32, at_once=16, learning_rate=CosineSettings(3e-3, 1e-4, 10))
    return BehaviourCloning(PretrainSettings(policy, optimiser=optimiser), data or shown(), torch.device("cpu"))


@pytest.mark.parametrize("network", NETWORKS)
def test_what_only_the_image_tells_is_learned(network: NetworkSettings | HeadSettings):
    dark = replace(shown(), images={"front": np.zeros((120, SIZE, SIZE, 3), np.uint8)})
    seen, blind = cloning(network), cloning(network, dark)
    tails = [np.mean([float(run.update()) for _ in range(150)][-20:]) for run in (seen, blind)]
    assert tails[0] < tails[1] - 0.05


def test_a_resumed_run_moves_images_as_the_uninterrupted_one():
    whole, first, second = (cloning(NETWORKS[0]) for _ in range(3))
    curve = [float(whole.update()) for _ in range(6)]
    for _ in range(3):
        first.update()
    second.resume(first.checkpoint(), Path("checkpoint.pt"))
    assert [float(second.update()) for _ in range(3)] == curve[3:]


def test_data_without_the_camera_are_refused():
    with pytest.raises(DatasetError, match="no images of camera front"):
        cloning(NETWORKS[0], replace(shown(), images={}))

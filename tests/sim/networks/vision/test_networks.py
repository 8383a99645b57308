"""Networks that see: encoders and what they feed are one, and may be run apart."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from sim.errors import NetworkError
from sim.networks.critic import CriticSettings
from sim.networks.heads.mlp_heads import GaussianMlpSettings
from sim.networks.vision.networks import VisionDenoiser
from sim.networks.vision.resnet import ResnetSettings
from sim.networks.vision.settings import VisionSettings
from sim.networks.vision.vit import VitSettings
from tests.sim.networks.properties import (
    SMALL_MLP,
    SMALL_RESNET,
    SMALL_VIT,
    assert_the_file_says_the_same,
    deaf_parameters,
    small_vision,
)

STEPS, DIMENSION, SIZE = 4, 3, 5
ENCODERS = {"ViT": SMALL_VIT, "ViT alone": VitSettings(8, 2, embedding=6, proprioception=False), "ResNet": SMALL_RESNET}


def built(encoder: VitSettings | ResnetSettings) -> VisionDenoiser:
    torch.manual_seed(0)
    return small_vision(encoder).build_denoiser(SMALL_MLP, STEPS, DIMENSION, SIZE)


def images(batch: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(1)
    return {name: torch.rand(batch, 3, 20, 24, generator=generator) for name in ("front", "hand", "unused")}


def inputs(batch: int) -> tuple[Tensor, Tensor, Tensor, Mapping[str, Tensor]]:
    generator = torch.Generator().manual_seed(2)
    sample = torch.randn(batch, STEPS, DIMENSION, generator=generator)
    return sample, torch.arange(batch), torch.randn(batch, SIZE, generator=generator), images(batch)


@pytest.mark.parametrize("name", ENCODERS)
def test_every_parameter_learns_those_of_the_encoders_too(name: str):
    network = built(ENCODERS[name])
    assert deaf_parameters(network, network(*inputs(3))) == []


@pytest.mark.parametrize("name", ENCODERS)
def test_seeing_once_and_denoising_after_is_the_same_as_both_at_once(name: str):
    network = built(ENCODERS[name]).eval()
    sample, step, observation, seen = inputs(3)
    vector = network.encoders.vector(observation, seen)
    assert vector.shape == (3, network.denoiser.observation_size)
    assert torch.equal(vector[:, :SIZE], observation)
    assert torch.equal(network.denoiser(sample, step, vector), network(sample, step, observation, seen))


@pytest.mark.parametrize("name", ENCODERS)
def test_images_of_a_batch_do_not_see_each_other(name: str):
    network = built(ENCODERS[name]).eval()
    sample, step, observation, seen = inputs(3)
    together = network(sample, step, observation, seen)
    row = slice(1, 2)
    alone = network(sample[row], step[row], observation[row], {name: each[row] for name, each in seen.items()})
    torch.testing.assert_close(together[row], alone, rtol=0, atol=1e-5)


def test_every_camera_matters_and_none_for_the_other():
    network = built(SMALL_VIT).eval()
    sample, step, observation, seen = inputs(2)
    plain = network(sample, step, observation, seen)
    for camera in ("front", "hand"):
        assert not torch.equal(plain, network(sample, step, observation, {**seen, camera: 1.0 - seen[camera]}))
    swapped = {"front": seen["hand"], "hand": seen["front"]}
    assert not torch.allclose(plain, network(sample, step, observation, swapped))


def test_pixels_of_bytes_are_those_of_the_unit_range():
    encoders = built(SMALL_VIT).encoders.eval()
    pixels = {name: (255 * each).to(torch.uint8) for name, each in images(2).items()}
    floats = {name: each.float() / 255.0 for name, each in pixels.items()}
    assert torch.equal(encoders(pixels), encoders(floats))


def test_a_missing_camera_is_named():
    with pytest.raises(NetworkError, match="no images of camera hand: there are front"):
        built(SMALL_VIT).encoders({"front": torch.rand(1, 3, 20, 24)})


def test_a_critic_that_sees_has_encoders_of_its_own_which_learn():
    torch.manual_seed(0)
    critic = small_vision().build_critic(CriticSettings(hidden=8), SIZE)
    _, _, observation, seen = inputs(3)
    values = critic(observation, seen)
    assert values.shape == (3,) and deaf_parameters(critic, values) == []


@pytest.mark.parametrize("name", ENCODERS)
def test_the_files_of_a_critic_that_sees_judge_as_it_does(name: str, tmp_path: Path):
    torch.manual_seed(0)
    critic = small_vision(ENCODERS[name]).build_critic(CriticSettings(hidden=8), SIZE)
    critic.as_onnx(tmp_path / "critic.onnx")
    critic.encoders.as_onnx(tmp_path)
    _, _, observation, seen = inputs(3)
    for camera, encoder in critic.encoders.by_camera().items():
        assert_the_file_says_the_same(tmp_path / f"{camera}.onnx", "features", encoder, image=seen[camera])
    with torch.inference_mode():
        vector, values = critic.encoders.vector(observation, seen), critic(observation, seen)
    assert_the_file_says_the_same(tmp_path / "critic.onnx", "value", lambda _: values, observation=vector)


def test_a_head_that_sees_says_what_its_parts_say():
    head = small_vision().build_head(GaussianMlpSettings(hidden=8), STEPS, DIMENSION, SIZE)
    _, _, observation, seen = inputs(3)
    parts = head.head.best(head.encoders.vector(observation, seen))
    assert torch.equal(head(observation, seen).mean, parts)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cameras": ()}, "cameras are none, expected one or more"),
        ({"cameras": ("a", "a")}, "name one twice"),
        ({"cameras": ("a/b",)}, "expected a name of letters"),
        ({"shift": 96}, "shift is 96, expected from 0 up to less than a side of 96 x 96"),
    ],
)
def test_cameras_that_cannot_be_are_refused(change: dict[str, int], told: str):
    with pytest.raises(ValueError, match=told):
        VisionSettings(**change)

"""The residual MLP denoiser."""

from typing import Any

import pytest
import torch

from sim.errors import NetworkError
from sim.networks.embedding import SinusoidalEmbedding
from sim.networks.mlp import ResidualMlp
from sim.networks.residual_mlp import MlpDenoiser, ResidualMlpSettings, dppo_mlp
from tests.sim.networks.properties import parameter_count


def test_parameter_count_is_that_of_the_published_hopper_actor():
    assert parameter_count(MlpDenoiser(4, 3, 11, dppo_mlp("relu"))) == 553_020


@pytest.mark.parametrize(("observation", "count"), [(23, 575_564), (19, 573_516)])
def test_parameter_counts_are_those_of_the_published_actors_of_can_and_lift(observation: int, count: int):
    assert parameter_count(MlpDenoiser(4, 7, observation, dppo_mlp())) == count


def test_parameter_count_is_that_of_the_published_actor_of_square_behind_its_layers():
    first = (23 + 1) * 512 + (512 + 1) * 64
    body = (32 + 28 + 64 + 1) * 1024 + 2 * 1025 * 1024 + 1025 * 28
    square = ResidualMlpSettings(1024, blocks=1, step_size=32, observation_widths=(512, 64))
    assert parameter_count(MlpDenoiser(4, 7, 23, square)) == first + body + 33 * 64 + 65 * 32


def test_the_block_policys_network_keeps_the_names_and_shapes_that_shipped_weights_have():
    shapes = {name: tuple(value.shape) for name, value in MlpDenoiser(16, 10, 38).state_dict().items()}
    layers = [((512, 230), "0"), ((160, 512), "3")]
    blocks = {f"body.layers.{block}.{side}.weight": (512, 512) for block in (1, 2) for side in ("first", "second")}
    ends = {f"body.layers.{index}.weight": shape for shape, index in layers}
    weights = {**ends, **blocks, "step_encoder.1.weight": (64, 32), "step_encoder.3.weight": (32, 64)}
    biases = {name.replace("weight", "bias"): shape[:1] for name, shape in weights.items()}
    assert shapes == {**weights, **biases}


def test_the_last_layer_follows_the_last_block_without_an_activation():
    torch.manual_seed(0)
    body = ResidualMlp(3, 2, 4, blocks=1, activation="relu")
    x = torch.randn(5, 3)
    state = body.state_dict()
    first = x @ state["layers.0.weight"].T + state["layers.0.bias"]
    inner = first.relu() @ state["layers.1.first.weight"].T + state["layers.1.first.bias"]
    block = first + inner.relu() @ state["layers.1.second.weight"].T + state["layers.1.second.bias"]
    torch.testing.assert_close(body(x), block @ state["layers.2.weight"].T + state["layers.2.bias"])


def test_output_has_the_shape_of_the_sample_for_any_batch():
    network = MlpDenoiser(16, 10, 38, ResidualMlpSettings(hidden=32, blocks=1, step_size=8))
    output = network(torch.zeros(5, 16, 10), torch.arange(5), torch.zeros(5, 38))
    assert output.shape == (5, 16, 10)


def test_embedding_has_unit_circles_and_tells_steps_apart():
    embedded = SinusoidalEmbedding(16)(torch.arange(100))
    sine, cosine = embedded[:, :8], embedded[:, 8:]
    torch.testing.assert_close(sine**2 + cosine**2, torch.ones(100, 8))
    distances = torch.cdist(embedded, embedded) + torch.eye(100)
    assert distances.min() > 0.1


def test_odd_embedding_is_refused():
    with pytest.raises(ValueError, match="even"):
        SinusoidalEmbedding(7)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"hidden": 0}, "hidden is 0, expected more than 0"),
        ({"blocks": 0}, "blocks is 0, expected more than 0"),
        ({"step_size": 7}, "embedding size is 7, expected an even number"),
        ({"observation_widths": (64, 0)}, "expected widths of 1 or more"),
    ],
)
def test_a_network_that_cannot_be_built_is_refused(change: dict[str, Any], told: str):
    with pytest.raises(NetworkError, match=told):
        ResidualMlpSettings(**change)

"""The residual MLP denoiser."""

import pytest
import torch

from sim.networks.embedding import SinusoidalEmbedding
from sim.networks.residual_mlp import MlpDenoiser, ResidualMlpSettings, dppo_mlp


def test_parameter_count_is_that_of_the_published_hopper_actor():
    network = MlpDenoiser(4, 3, 11, dppo_mlp("relu"))
    assert sum(value.numel() for value in network.parameters()) == 553_020


def test_output_has_the_shape_of_the_sample_for_any_batch():
    network = MlpDenoiser(16, 10, 38, ResidualMlpSettings(hidden=32, blocks=1, step_size=8))
    output = network(torch.zeros(5, 16, 10), torch.arange(5), torch.zeros(5, 38))
    assert output.shape == (5, 16, 10)


def test_every_input_matters():
    torch.manual_seed(0)
    network = MlpDenoiser(4, 10, 19, ResidualMlpSettings(hidden=32, blocks=1, step_size=8))
    sample, step, observation = torch.zeros(1, 4, 10), torch.tensor([3]), torch.zeros(1, 19)
    plain = network(sample, step, observation)
    assert not torch.equal(plain, network(sample + 1.0, step, observation))
    assert not torch.equal(plain, network(sample, step + 1, observation))
    assert not torch.equal(plain, network(sample, step, observation + 1.0))


def test_embedding_has_unit_circles_and_tells_steps_apart():
    embedded = SinusoidalEmbedding(16)(torch.arange(100))
    sine, cosine = embedded[:, :8], embedded[:, 8:]
    torch.testing.assert_close(sine**2 + cosine**2, torch.ones(100, 8))
    distances = torch.cdist(embedded, embedded) + torch.eye(100)
    assert distances.min() > 0.1


def test_odd_embedding_is_refused():
    with pytest.raises(ValueError, match="even"):
        SinusoidalEmbedding(7)

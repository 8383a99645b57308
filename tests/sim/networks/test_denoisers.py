"""What every denoiser promises."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.policy.runtime.denoiser import OnnxDenoiser
from sim.networks.denoiser import DenoiserNetwork
from tests.sim.networks.properties import (
    assert_rows_do_not_see_each_other,
    deaf_parameters,
    denoiser_inputs,
    small_denoisers,
)

NAMES = sorted(small_denoisers())


def built(name: str) -> DenoiserNetwork:
    torch.manual_seed(1)
    return small_denoisers()[name]().eval()


@pytest.mark.parametrize("name", NAMES)
def test_the_robots_runtime_says_what_torch_says(name: str, tmp_path: Path):
    network = built(name)
    network.as_onnx(tmp_path / "denoiser.onnx")
    onnx = OnnxDenoiser((tmp_path / "denoiser.onnx").read_bytes(), "denoiser.onnx")
    assert onnx.chunk_shape == network.chunk_shape and onnx.observation_size == network.observation_size
    for batch, step in ((1, 0), (3, 57), (5, 99)):
        sample, _, observation = denoiser_inputs(network, batch)
        with torch.inference_mode():
            expected = network(sample, torch.full((batch,), step), observation)
        given_back = onnx.predict(sample.numpy(), step, observation.numpy())
        np.testing.assert_allclose(given_back, expected.numpy(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_learns(name: str):
    network = built(name).train()
    assert deaf_parameters(network, network(*denoiser_inputs(network, 4))) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_input_matters(name: str):
    network = built(name)
    sample, step, observation = denoiser_inputs(network, 1)
    plain = network(sample, step, observation)
    assert not torch.equal(plain, network(-sample, step, observation))
    assert not torch.equal(plain, network(sample, step + 20, observation))
    assert not torch.equal(plain, network(sample, step, -observation))


@pytest.mark.parametrize("name", NAMES)
@given(batch=st.integers(2, 5), seed=st.integers(0, 1000))
@settings(max_examples=3, deadline=None)
def test_chunks_of_a_batch_do_not_see_each_other(name: str, batch: int, seed: int):
    network = built(name).double()
    assert_rows_do_not_see_each_other(network, *denoiser_inputs(network, batch, seed))


@pytest.mark.parametrize("name", NAMES)
def test_steps_and_observations_may_be_encoded_once_for_many_samples(name: str):
    network = built(name)
    sample, _, observation = denoiser_inputs(network, 3)
    steps = torch.tensor([0, 7, 99])
    encoded_steps, encoded = network.encode_step(steps), network.encode_observation(observation)
    apart = network.denoise(sample, encoded_steps[[2, 0, 2]], encoded)
    torch.testing.assert_close(apart, network(sample, steps[[2, 0, 2]], observation), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_computed_for_all_steps_at_once_is_what_each_step_would_have(name: str):
    network = built(name)
    sample, _, observation = denoiser_inputs(network, 3)
    steps = torch.tensor([99, 40, 0])
    for step, predict in zip(steps, network.at_steps(steps, observation), strict=True):
        expected = network(sample, step.expand(3), observation)
        torch.testing.assert_close(predict(sample), expected, rtol=0, atol=1e-6)


def test_exporting_leaves_a_network_in_training_as_it_was(tmp_path: Path):
    network = built("transformer").train()
    network.as_onnx(tmp_path / "denoiser.onnx")
    assert network.training and [path.name for path in tmp_path.iterdir()] == ["denoiser.onnx"]

"""What every head promises, and the sizes of the reference's."""

from pathlib import Path

import numpy as np
import pytest
import torch

from diffpol_ros.policy.engines.signature import read_signature
from diffpol_ros.policy.runtime.session import open_session, run_network
from diffpol_ros.policy.runtime.settings import RuntimeSettings
from sim.networks.heads.distributions import Gaussian, Mixture
from sim.networks.heads.head import Head
from sim.networks.heads.mlp_heads import GaussianMlpSettings, MixtureMlpSettings
from sim.networks.heads.transformer_heads import GaussianTransformerSettings, MixtureTransformerSettings
from sim.networks.settings import HeadSettings
from tests.sim.networks.properties import (
    SMALL_ATTENTION,
    assert_rows_do_not_see_each_other,
    deaf_parameters,
    parameter_count,
    small_vision,
)

STEPS, ACTION, SIZE, FRAMES = 4, 3, 10, 2
SMALL: dict[str, HeadSettings] = {
    "Gaussian MLP": GaussianMlpSettings(hidden=16),
    "mixture MLP": MixtureMlpSettings(hidden=16, modes=3),
    "Gaussian transformer": GaussianTransformerSettings(SMALL_ATTENTION),
    "mixture transformer": MixtureTransformerSettings(SMALL_ATTENTION, modes=3),
}
SEEING = {"Gaussian that sees": "Gaussian MLP", "mixture that sees": "mixture MLP"}
NAMES = [*SMALL, *SEEING]


def built(name: str) -> Head:
    torch.manual_seed(2)
    if name in SMALL:
        return SMALL[name].build(STEPS, ACTION, SIZE, FRAMES).eval()
    return small_vision().build_head(SMALL[SEEING[name]], STEPS, ACTION, SIZE).head


def observations(head: Head, batch: int = 5) -> torch.Tensor:
    return torch.rand(batch, head.observation_size, generator=torch.Generator().manual_seed(0)) * 2 - 1


def numbers(said: Gaussian | Mixture) -> torch.Tensor:
    """Return all that a distribution says, a row for each observation."""
    parts = (said.mean, said.deviation) if isinstance(said, Gaussian) else (said.means, said.deviations, said.logits)
    return torch.cat([part.flatten(1) for part in parts], dim=1)


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_ranges_are_as_promised(name: str):
    head = built(name)
    said = head(30.0 * observations(head))
    if isinstance(said, Gaussian):
        means, deviations = said.mean, said.deviation
        assert means.shape == (5, STEPS, ACTION)
    else:
        means, deviations = said.means, said.deviations
        assert means.shape == (5, 3, STEPS, ACTION) and said.logits.shape == (5, 3)
    assert deviations.shape == means.shape and means.abs().max() <= 1.0
    torch.testing.assert_close(deviations, torch.full_like(deviations, 0.1))


@pytest.mark.parametrize("name", NAMES)
def test_a_bundle_of_kind_direct_says_what_torch_does_where_nothing_is_explored(name: str, tmp_path: Path):
    head = built(name)
    head.as_onnx(tmp_path / "direct.onnx")
    data = (tmp_path / "direct.onnx").read_bytes()
    signature = read_signature(data, "direct.onnx")
    assert set(signature.inputs) == {"observation"} and set(signature.outputs) == {"output"}
    session = open_session(data, "direct.onnx", RuntimeSettings())
    for batch in (1, 5):
        observation = observations(head, batch)
        output = run_network(session, "output", {"observation": observation.numpy()}, "direct.onnx")
        with torch.inference_mode():
            np.testing.assert_allclose(output, head.best(observation).numpy(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("training", [False, True])
def test_exporting_leaves_a_head_in_the_mode_it_was_in(training: bool, tmp_path: Path):
    head = built("mixture transformer").train(training)
    head.as_onnx(tmp_path / "direct.onnx")
    assert {part.training for part in head.modules()} == {training}


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_learns(name: str):
    head = built(name)
    assert deaf_parameters(head, numbers(head(observations(head)))) == []


@pytest.mark.parametrize("name", NAMES)
def test_rows_do_not_see_each_other(name: str):
    head = built(name).double()
    assert_rows_do_not_see_each_other(lambda each: numbers(head(each)), observations(head).double())


def test_the_best_chunk_of_a_mixture_is_the_mean_of_its_heaviest_mode():
    means = torch.arange(12.0).reshape(2, 3, 2, 1)
    said = Mixture(means, torch.ones_like(means), torch.tensor([[0.0, 5.0, 1.0], [2.0, 0.0, 1.0]]))
    torch.testing.assert_close(said.likeliest_mean(), torch.stack([means[0, 1], means[1, 0]]))


def test_parameter_counts_are_those_of_the_reference_in_can():
    size, width, hidden, steps, action = 23, 96, 512, 4, 7
    mlp = (size + 1) * hidden + 2 * (hidden + 1) * hidden
    attention, feed = 4 * (width + 1) * width, (width + 1) * 4 * width + (4 * width + 1) * width
    reader = 4 * (2 * attention + feed + 6 * width) + feed + (size + 1) * width + (steps + 1) * width + 2 * width
    counts = {
        GaussianMlpSettings(): mlp + (hidden + 1) * steps * action + action,
        MixtureMlpSettings(): 2 * mlp + (hidden + 1) * (5 * steps * action + 5) + 5 * action,
        GaussianTransformerSettings(): reader + (width + 1) * action + action,
        MixtureTransformerSettings(): reader + (width + 1) * 5 * action + (steps * width + 1) * 5 + 5 * action,
    }
    for settings, expected in counts.items():
        assert parameter_count(settings.build(steps, action, size)) == expected

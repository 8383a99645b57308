"""The diffusion transformer: its published size, who sees whom, its first weights, what it refuses."""

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sim.errors import NetworkError
from sim.networks.attention import Attention, AttentionSettings
from sim.networks.chunk_decoder import ChunkDecoder
from sim.networks.transformer import TransformerDenoiser, TransformerSettings
from tests.sim.networks.properties import SMALL_ATTENTION, denoiser_inputs, parameter_count

CAUSAL = TransformerSettings(SMALL_ATTENTION)


def test_parameter_count_is_that_of_diffusion_policys_push_t():
    width, layers, steps, action, frames, state = 256, 8, 16, 2, 2, 20
    attention = 4 * (width * width + width)
    feed_forward = 2 * 4 * width * width + 4 * width + width
    layer = 2 * attention + feed_forward + 3 * 2 * width
    embeddings = (action * width + width) + (state * width + width)
    positions = (steps + 1 + frames) * width
    ends = 2 * width + (width * action + action)
    expected = layers * layer + feed_forward + embeddings + positions + ends
    network = TransformerSettings().build(steps, action, frames * state, frames)
    assert parameter_count(network) == expected == 8_965_122


def reach(network: TransformerDenoiser, inputs: int, batch: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Return (T_p, numbers of the input), true where the action there depends on the number of `inputs` given."""
    values = [each.clone().requires_grad_(each.is_floating_point()) for each in batch]
    output = network(*values)
    rows = [torch.autograd.grad(action.sum(), values[inputs], retain_graph=True)[0][0] for action in output[0]]
    return torch.stack(rows) != 0


@settings(max_examples=10, deadline=None)
@given(steps=st.integers(1, 7), seed=st.integers(0, 100))
def test_an_action_depends_on_no_later_one_and_on_all_before(steps: int, seed: int):
    torch.manual_seed(seed)
    network = CAUSAL.build(steps, 3, 4).double()
    seen = reach(network, 0, denoiser_inputs(network, 1, seed)).any(dim=-1)
    assert torch.equal(seen, torch.ones(steps, steps).tril().bool())


def test_without_the_mask_every_action_depends_on_every_other():
    network = dataclasses.replace(CAUSAL, causal=False).build(5, 3, 4).double()
    assert reach(network, 0, denoiser_inputs(network, 1)).all()


def test_every_action_sees_every_frame():
    network = CAUSAL.build(4, 3, 6, history_steps=3).double()
    assert reach(network, 2, denoiser_inputs(network, 1)).all()


def test_aligned_frames_are_seen_from_their_own_time_on():
    network = dataclasses.replace(CAUSAL, aligned_frames=True).build(4, 3, 6, history_steps=3).double()
    seen = reach(network, 2, denoiser_inputs(network, 1)).unflatten(1, (3, 2)).any(dim=-1)
    assert torch.equal(seen, torch.ones(4, 3).tril().bool())


def test_attention_to_equal_keys_is_the_mean_of_what_may_be_read():
    torch.manual_seed(0)
    attention = Attention(4, 2).double()
    with torch.no_grad():
        attention.key_value.weight[:4] = 0.0  # keys are equal, so scores are
        attention.output.weight.copy_(torch.eye(4))
        attention.output.bias.zero_()
    x, memory = torch.randn(1, 2, 4).double(), torch.randn(1, 3, 4).double()
    mask = torch.tensor([[True, True, False], [True, True, True]])
    values = attention.key_value(memory)[..., 4:]
    expected = torch.stack([values[0, :2].mean(dim=0), values[0].mean(dim=0)])
    torch.testing.assert_close(attention(x, memory, mask)[0], expected)


def test_attention_is_a_softmax_of_scaled_products():
    torch.manual_seed(0)
    attention = Attention(6, 1).double()
    x, memory = torch.randn(1, 2, 6).double(), torch.randn(1, 3, 6).double()
    key, value = attention.key_value(memory).chunk(2, dim=-1)
    weights = (attention.query(x) @ key.transpose(1, 2) / 6**0.5).softmax(dim=-1)
    torch.testing.assert_close(attention(x, memory), attention.output(weights @ value))


def test_first_weights_are_small_and_biases_nothing():
    torch.manual_seed(0)
    network = TransformerSettings(AttentionSettings(64, 4, 2)).build(8, 3, 10)
    for name, weight in network.named_parameters():
        if name.endswith("bias"):
            assert not weight.any()
        elif "norm" in name:
            assert (weight == 1).all()
        elif weight.numel() > 500:
            assert weight.std().item() == pytest.approx(0.02, rel=0.1) and abs(weight.mean().item()) < 0.003


def test_the_steps_token_does_not_know_the_observation_nor_the_other_way_round():
    decoder = ChunkDecoder(4, 3, SMALL_ATTENTION, causal=True, aligned=False)
    tokens = torch.randn(2, 3, 16)
    whole = decoder.encode_memory(tokens, 0)
    parts = torch.cat([decoder.encode_memory(tokens[:, :1], 0), decoder.encode_memory(tokens[:, 1:], 1)], dim=1)
    torch.testing.assert_close(whole, parts)


def test_what_is_dropped_is_dropped_in_training_only():
    network = TransformerSettings(dataclasses.replace(SMALL_ATTENTION, dropout=0.5)).build(4, 3, 5)
    inputs = denoiser_inputs(network, 2)
    assert not torch.equal(network.train()(*inputs), network(*inputs))
    assert torch.equal(network.eval()(*inputs), network(*inputs))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"heads": 3}, "width is 16, expected a multiple of 6"),
        ({"layers": 0}, "layers is 0, expected more than 0"),
        ({"dropout": 1.0}, "dropout is 1.0, expected from 0 up to less than 1"),
    ],
)
def test_layers_that_cannot_be_built_are_refused(change: dict[str, float], told: str):
    with pytest.raises(NetworkError, match=told):
        dataclasses.replace(SMALL_ATTENTION, **change)


def test_an_observation_that_is_no_whole_number_of_frames_is_refused():
    with pytest.raises(NetworkError, match="observation_size is 7, expected a multiple of 2"):
        CAUSAL.build(4, 3, 7, history_steps=2)

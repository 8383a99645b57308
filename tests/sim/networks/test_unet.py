"""The U-Net denoisers: the published sizes, what they refuse, what they listen to."""

import copy
import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.networks.conv_blocks import ConvSettings
from sim.networks.film import Film
from sim.networks.unet import UnetDenoiser, UnetSettings, diffusion_policy_unet, furniture_unet
from tests.sim.networks.properties import parameter_count

SMALL = UnetSettings((8, 16), 8, ConvSettings(kernel=3, groups=4))


def test_parameter_count_is_that_of_dppos_furniture_actor():
    network = UnetDenoiser(16, 10, 58, furniture_unet())
    assert parameter_count(network) == 6_856_346


def test_film_encoders_are_44_percent_of_the_furniture_actor():
    network = UnetDenoiser(16, 10, 58, furniture_unet())
    film = sum(parameter_count(module) for module in network.modules() if isinstance(module, Film))
    assert round(film / parameter_count(network), 2) == 0.44


def test_parameter_count_of_diffusion_policy_under_two_frames_of_58_numbers_is_66_9_million():
    with torch.device("meta"):
        network = UnetDenoiser(16, 10, 2 * 58, diffusion_policy_unet())
    assert parameter_count(network) == 66_887_178


@settings(max_examples=20, deadline=None)
@given(batch=st.integers(1, 4), quarter=st.integers(1, 6), levels=st.integers(1, 3), dimension=st.integers(1, 12))
def test_output_has_the_shape_of_the_sample(batch: int, quarter: int, levels: int, dimension: int):
    shape = dataclasses.replace(SMALL, channels=(8, 16, 8)[:levels])
    network = UnetDenoiser(4 * quarter, dimension, 5, shape)
    sample = torch.zeros(batch, 4 * quarter, dimension)
    assert network(sample, torch.zeros(batch, dtype=torch.int64), torch.zeros(batch, 5)).shape == sample.shape


@pytest.mark.parametrize("length", [0, 2, 6, 15])
def test_length_that_the_strides_do_not_divide_is_refused(length: int):
    with pytest.raises(ValueError, match=rf"predicted_steps is {length}, expected a multiple of 4"):
        UnetDenoiser(length, 10, 58, furniture_unet())


def test_even_kernel_is_refused():
    with pytest.raises(ValueError, match="kernel is 4, expected an odd number"):
        ConvSettings(kernel=4)


@pytest.mark.parametrize("channels", [(), (8, 12), (0,)])
def test_channels_that_no_groups_divide_are_refused(channels: tuple[int, ...]):
    with pytest.raises(ValueError, match="expected multiples of"):
        UnetSettings(channels)


def test_film_without_scale_only_shifts():
    film = Film(3, 4, scale=False)
    x, condition = torch.randn(2, 4, 5), torch.randn(2, 3)
    shift = film(x, film.encoder(condition)) - x
    torch.testing.assert_close(shift, shift[:, :, :1].expand(2, 4, 5))


def test_a_copy_listens_to_its_own_film_encoders():
    torch.manual_seed(0)
    network = UnetDenoiser(4, 3, 5, SMALL)
    inputs = torch.randn(2, 4, 3), torch.tensor([1, 2]), torch.randn(2, 5)
    before, copied = network(*inputs), copy.deepcopy(network)
    assert torch.equal(copied(*inputs), before)
    with torch.no_grad():
        for module in copied.modules():
            if isinstance(module, Film):
                torch.nn.init.ones_(module.encoder[-1].get_parameter("bias"))
    assert torch.equal(network(*inputs), before) and not torch.equal(copied(*inputs), before)

"""The small ViT and its spatial embedding: the reference's sizes, closed forms."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import NetworkError
from sim.networks.vision.spatial_embedding import SpatialEmbedding
from sim.networks.vision.vit import PatchEmbedding, Vit, VitSettings, patch_count
from tests.sim.networks.properties import SMALL_VIT, parameter_count


def test_parameter_count_is_that_of_dppos_encoder_of_96_x_96_pixels():
    width, patches = 128, 121
    convolutions = (3 * 64 + 1) * width + (9 * width + 1) * width
    layer = 4 * (width + 1) * width + (width + 1) * 4 * width + (4 * width + 1) * width + 4 * width
    encoder = VitSettings().build(96, 96)
    assert patch_count(96, 96) == patches and encoder.features == patches * width
    assert parameter_count(encoder) == convolutions + layer + patches * width + 2 * width == 386_304


def test_parameter_count_of_the_spatial_embedding_is_the_references():
    settings = VitSettings()
    neck = settings.neck(settings.build(96, 96), observation_size=9)
    assert parameter_count(neck) == (121 + 9 + 1) * 128 + 2 * 128 + 128 * 128 == 33_408 and neck.size == 128


@settings(max_examples=25, deadline=None)
@given(height=st.integers(16, 60), width=st.integers(16, 60))
def test_patches_are_counted_as_the_convolutions_leave_them(height: int, width: int):
    with torch.device("meta"):
        maps = PatchEmbedding(4)(torch.empty(1, 3, height, width))
    assert patch_count(height, width) == maps.shape[2] * maps.shape[3]


def test_images_that_are_too_small_are_refused():
    with pytest.raises(NetworkError, match="images are 12 x 96, expected at least 16 x 16"):
        VitSettings().build(12, 96)


def test_a_spatial_embedding_is_a_weighted_sum_over_channels_of_what_all_patches_say():
    torch.manual_seed(0)
    embedding = SpatialEmbedding(patches=3, width=2, size=4, observation_size=5)
    patches, observation = torch.randn(1, 3, 2), torch.randn(1, 5)
    expected = torch.zeros(4)
    for channel in range(2):
        row = torch.cat([patches[0, :, channel], observation[0]])
        expected += embedding.weights[channel] * embedding.projection(row)
    torch.testing.assert_close(embedding(patches, observation)[0], expected)


def test_with_proprioception_the_embedding_is_the_denoisers_and_hears_the_observation():
    encoder = SMALL_VIT.build(20, 24)
    neck = SMALL_VIT.neck(encoder, 4)
    features = encoder(torch.rand(2, 3, 20, 24))
    assert isinstance(encoder, Vit) and neck.size == SMALL_VIT.embedding
    assert not torch.equal(neck(features, torch.ones(2, 4)), neck(features, torch.zeros(2, 4)))


def test_without_proprioception_the_embedding_is_the_encoders():
    settings = VitSettings(width=8, heads=2, embedding=6, proprioception=False)
    encoder = settings.build(20, 24)
    features = encoder(torch.rand(2, 3, 20, 24))
    assert features.shape == (2, 6) == (2, encoder.features)
    assert torch.equal(settings.neck(encoder, 4)(features, torch.zeros(2, 4)), features)


def test_the_encoder_sees_where_things_are():
    torch.manual_seed(0)
    encoder = SMALL_VIT.build(20, 24)
    image = torch.rand(1, 3, 20, 24)
    assert not torch.allclose(encoder(image), encoder(image.flip(-1)))


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(NetworkError, match="ViT: width is 128, expected a multiple of 3"):
        VitSettings(heads=3)

"""ResNet-18 and its keypoints: the published size, closed forms, what it promises as an encoder."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import NetworkError
from sim.networks.vision.resnet import BasicBlock, Resnet, ResnetSettings, resnet_trunk
from sim.networks.vision.spatial_softmax import SpatialSoftmax
from tests.sim.networks.properties import SMALL_RESNET, parameter_count

RESNET_18, ITS_HEAD = 11_689_512, 512 * 1000 + 1000


def test_parameter_count_is_resnet_18s_without_its_head():
    with torch.device("meta"):
        trunk = resnet_trunk(ResnetSettings().channels, ResnetSettings().channels_a_group)
    assert parameter_count(trunk) == RESNET_18 - ITS_HEAD == 11_176_512


def test_the_whole_encoder_adds_a_map_for_each_keypoint_and_no_statistics_of_batches():
    with torch.device("meta"):
        encoder = Resnet(96, 96)
    assert parameter_count(encoder) == 11_176_512 + 512 * 32 and encoder.features == 64
    assert not any("running" in name for name in encoder.state_dict())


@settings(max_examples=8, deadline=None)
@given(height=st.integers(5, 40), width=st.integers(5, 40))
def test_images_of_any_size_become_keypoints(height: int, width: int):
    encoder = SMALL_RESNET.build(height, width).eval()
    features = encoder(torch.rand(2, 3, height, width))
    assert features.shape == (2, 6) and features.abs().max() <= 1.0 + 1e-6


def test_images_of_another_size_are_refused_with_the_cure():
    with pytest.raises(NetworkError, match=r"images are \(1, 3, 8, 8\), expected \(B, 3, 16, 16\).*network_image"):
        SMALL_RESNET.build(16, 16).see(torch.rand(1, 3, 8, 8))


def keypoints(height: int, width: int, peaks: list[tuple[int, int]]) -> torch.Tensor:
    """Return the keypoints of maps with one high peak each, at (row, column)."""
    softmax = SpatialSoftmax(len(peaks), height, width, len(peaks))
    maps = torch.zeros(1, len(peaks), height, width)
    for index, (row, column) in enumerate(peaks):
        maps[0, index, row, column] = 1000.0
    with torch.no_grad():
        softmax.maps.weight.copy_(torch.eye(len(peaks))[:, :, None, None])
        return softmax(maps)[0]


def test_a_peak_is_a_keypoint_at_its_place_across_first():
    torch.testing.assert_close(keypoints(3, 5, [(0, 4), (2, 1)]), torch.tensor([1.0, -1.0, -0.5, 1.0]))


def test_an_even_map_has_its_keypoint_in_the_middle():
    softmax = SpatialSoftmax(2, 4, 6, 3)
    torch.testing.assert_close(softmax(torch.ones(1, 2, 4, 6)), torch.zeros(1, 6), rtol=0, atol=1e-6)


@settings(max_examples=20, deadline=None)
@given(shift=st.integers(0, 3))
def test_a_picture_moved_sideways_moves_its_keypoint_as_far(shift: int):
    moved = keypoints(5, 9, [(1, 2 + shift)]) - keypoints(5, 9, [(1, 2)])
    torch.testing.assert_close(moved, torch.tensor([0.25 * shift, 0.0]))


def test_a_block_whose_last_norm_says_nothing_is_its_way_around():
    block = BasicBlock(8, 8, 1, group=4)
    torch.nn.init.zeros_(block.second_norm.weight)
    x = torch.rand(2, 8, 4, 4)
    torch.testing.assert_close(block(x), x)


def test_first_activations_neither_vanish_nor_explode():
    torch.manual_seed(0)
    with torch.no_grad():
        maps = resnet_trunk((16, 32, 64, 128), 16)(torch.rand(4, 3, 64, 64) * 2 - 1)
    assert 0.1 < maps.std().item() < 10.0


@pytest.mark.parametrize("change", [{"channels": (64, 100)}, {"keypoints": 0}])
def test_an_encoder_that_cannot_be_built_is_refused(change: dict[str, int]):
    with pytest.raises(NetworkError, match="expected"):
        ResnetSettings(**change)

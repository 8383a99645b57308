"""Images moved at random."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.networks.vision.random_shift import random_shift


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@settings(max_examples=20, deadline=None)
@given(height=st.integers(3, 9), width=st.integers(3, 9), pad=st.integers(1, 2), seed=st.integers(0, 99))
def test_each_image_is_a_window_of_itself_with_repeated_edges(height: int, width: int, pad: int, seed: int):
    images = torch.rand(3, 2, height, width, generator=generator(seed))
    edged = torch.nn.functional.pad(images, (pad,) * 4, mode="replicate")
    windows = edged.unfold(2, height, 1).unfold(3, width, 1)  # (3, 2, rows moved, columns moved, height, width)
    for moved, own in zip(random_shift(images, pad, generator(seed)), windows, strict=True):
        same = (own == moved[:, None, None]).all(dim=(0, 3, 4))
        assert same.any()


def test_every_move_occurs_about_as_often():
    images = torch.arange(25.0).reshape(1, 1, 5, 5).expand(5000, 1, 5, 5)
    centres = random_shift(images, 1, generator())[:, 0, 2, 2]
    seen, counts = centres.unique(return_counts=True)
    assert seen.tolist() == [6, 7, 8, 11, 12, 13, 16, 17, 18]
    assert (counts / 5000 - 1 / 9).abs().max() < 0.02


def test_the_same_seed_moves_alike_and_another_does_not():
    images = torch.rand(8, 3, 10, 10)
    assert torch.equal(random_shift(images, 4, generator(1)), random_shift(images, 4, generator(1)))
    assert not torch.equal(random_shift(images, 4, generator(1)), random_shift(images, 4, generator(2)))


def test_all_colours_of_an_image_move_together():
    image = torch.rand(6, 1, 8, 8).expand(6, 3, 8, 8)
    moved = random_shift(image, 3, generator())
    assert torch.equal(moved[:, 0], moved[:, 1]) and torch.equal(moved[:, 0], moved[:, 2])


@pytest.mark.parametrize("kind", [torch.uint8, torch.float32])
def test_pixels_keep_their_type_and_no_move_changes_nothing(kind: torch.dtype):
    images = (255 * torch.rand(2, 3, 6, 7)).to(kind)
    assert random_shift(images, 2, generator()).dtype == kind
    assert torch.equal(random_shift(images, 0, generator()), images)

"""Equal pictures in a row are noticed, pictures of a thing at rest are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.health.frozen import FrozenWatch


def picture(seed: int) -> GreyImage:
    return np.random.default_rng(seed).integers(100, 110, (48, 64)).astype(np.uint8)


def test_the_nth_equal_picture_is_frozen_and_the_next_other_one_is_not() -> None:
    watch = FrozenWatch(3)
    seeds = [0, 0, 0, 0, 1, 1, 2]
    assert [watch.frozen(picture(seed)) for seed in seeds] == [False, False, True, True, False, False, False]


@given(st.lists(st.integers(0, 2), max_size=12), st.integers(2, 5))
def test_it_counts_runs(seeds: list[int], frames: int) -> None:
    watch, run, before = FrozenWatch(frames), 0, None
    for seed in seeds:
        run = run + 1 if seed == before else 1
        before = seed
        assert watch.frozen(picture(seed)) == (run >= frames)


@pytest.mark.parametrize("pixel", [(0, 0), (47, 63), (21, 30)])
def test_one_pixel_is_difference_enough(pixel: tuple[int, int]) -> None:
    watch, other = FrozenWatch(2), picture(0)
    other[pixel] += 1
    assert not watch.frozen(picture(0))
    assert not watch.frozen(other)


def test_it_can_be_left_off() -> None:
    watch = FrozenWatch(0)
    assert not any(watch.frozen(picture(0)) for _ in range(10))

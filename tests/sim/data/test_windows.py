"""Training windows."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.policy.manifest.specs import Limits
from diffpol_ros.policy.normalizer import Normalizer
from sim.data.dataset import Dataset
from sim.data.limits import FittedLimits, fit
from sim.data.window_images import WindowImages
from sim.data.windows import Horizons, Windows, WindowSettings, window_frames
from sim.errors import DatasetError
from tests.sim.data.examples import dataset, demonstrated

CPU = torch.device("cpu")
AS_THEY_ARE = FittedLimits(Limits((-1.0,), (1.0,)), Limits((-1.0,), (1.0,)))
paddings = st.none() | st.integers(-1, 9)


def plain_windows(lengths: list[int], horizons: Horizons, settings: WindowSettings) -> list[tuple[list, list]]:
    """Histories and futures by a loop over each episode, as Diffusion Policy's sampler has them."""
    before = horizons.history - 1 if settings.pad_before is None else settings.pad_before
    after = horizons.predicted - 1 if settings.pad_after is None else settings.pad_after
    before, after = min(max(before, 0), horizons.history - 1), min(max(after, 0), horizons.predicted - 1)
    windows, start = [], 0
    for length in lengths:
        for oldest in range(-before, length - horizons.history - horizons.predicted + 1 + after + 1):
            present = oldest + horizons.history - 1
            history = [start + min(max(frame, 0), length - 1) for frame in range(oldest, present + 1)]
            future = [start + min(present + step, length - 1) for step in range(horizons.predicted)]
            windows.append((history, future))
        start += length
    return windows


def numbered(lengths: list[int]) -> Dataset:
    """States and actions that say which frame they are of."""
    frames = np.arange(sum(lengths), dtype=np.float32)[:, None]
    return demonstrated(frames[None], frames, np.cumsum(lengths).tolist())


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
    st.builds(Horizons, st.integers(1, 4), st.integers(1, 8)),
    st.builds(WindowSettings, paddings, paddings),
)
def test_windows_are_those_of_the_plain_loop(lengths: list[int], horizons: Horizons, settings: WindowSettings):
    expected = plain_windows(lengths, horizons, settings)
    data = numbered(lengths)
    if not expected:
        with pytest.raises(DatasetError, match="allow more padding"):
            Windows(data, AS_THEY_ARE, horizons, settings, CPU)
        return
    windows = Windows(data, AS_THEY_ARE, horizons, settings, CPU)
    every = torch.arange(len(windows))
    batch = windows.batch(every, torch.zeros_like(every))
    assert [row.tolist() for row in batch.observations] == [history for history, _ in expected]
    assert [row.flatten().tolist() for row in batch.chunks] == [future for _, future in expected]


def test_by_default_every_frame_has_a_window_and_ends_are_repeated():
    frames, first, last = window_frames(np.array([3, 5]), Horizons(2, 4), WindowSettings())
    assert frames.tolist() == [0, 1, 2, 3, 4] and first.tolist() == [0, 0, 0, 3, 3] and last.tolist() == [2, 2, 2, 4, 4]


def test_dppo_s_windows_have_full_chunks_only():
    frames, *_ = window_frames(np.array([3, 8]), Horizons(1, 4), WindowSettings(pad_after=0))
    assert frames.tolist() == [3, 4]


def test_too_short_episodes_are_told():
    with pytest.raises(DatasetError, match="no episode has 16 actions after 2 frames, the longest has 9 frames"):
        Windows(numbered([9, 4]), AS_THEY_ARE, Horizons(2, 16), WindowSettings(pad_after=0), CPU)


def test_a_batch_holds_frames_of_one_view_and_actions_of_one_moment():
    random = np.random.default_rng(0)
    states, actions = random.uniform(-0.5, 0.5, (2, 20, 3)), random.uniform(0.0, 0.5, (20, 2))
    data = demonstrated(states, actions, [20])
    limits = fit(data)
    windows = Windows(data, limits, Horizons(2, 16), WindowSettings(), CPU)
    rows, views = torch.randint(20, (64,)), torch.randint(2, (64,))
    batch = windows.batch(rows, views)
    known_states = Normalizer(limits.observation).normalize(data.states)
    known_actions = Normalizer(limits.action).normalize(data.actions)
    for row, view, observation, chunk in zip(rows, views, batch.observations, batch.chunks, strict=True):
        np.testing.assert_array_equal(observation[3:], known_states[view, row])
        np.testing.assert_array_equal(chunk[0], known_actions[row])


def test_images_are_those_of_the_present_frame():
    data = dataset(6, 5, size=4)
    images = WindowImages(data, ("front",), 4, 4)
    windows = Windows(data, fit(data), Horizons(2, 3), WindowSettings(), CPU, images)
    batch = windows.batch(torch.tensor([7, 0, 7]), torch.zeros(3, dtype=torch.int64))
    assert batch.images["front"].dtype == torch.uint8
    np.testing.assert_array_equal(
        batch.images["front"], data.images["front"][np.array([7, 0, 7])].transpose(0, 3, 1, 2)
    )


def test_images_of_another_size_become_what_the_robot_makes_of_them():
    read = WindowImages(dataset(3, size=4), ("front",), 2, 2).read(np.array([1]))["front"]
    pixels = dataset(3, size=4).images["front"][np.array([1])].astype(np.float64)
    means = pixels.reshape(1, 2, 2, 2, 2, 3).mean((2, 4)).transpose(0, 3, 1, 2)
    np.testing.assert_allclose(read.numpy() * 255.0, means, atol=1.0)


def test_an_unknown_camera_is_named():
    with pytest.raises(DatasetError, match="no images of camera wrist, only of: front"):
        WindowImages(dataset(3, size=4), ("front", "wrist"), 4, 4)

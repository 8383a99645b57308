"""Training windows."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.policy.normalizer import Normalizer
from sim.data.dataset import Dataset
from sim.data.limits import fit
from sim.train.settings import PolicySettings
from sim.train.windows import Windows, window_indices
from tests.sim.data.examples import demonstrated


def demonstrations(lengths: list[int]) -> Dataset:
    random = np.random.default_rng(0)
    frames = sum(lengths)
    observations = random.uniform(-0.5, 0.5, (2, frames, 19)).astype(np.float32)
    actions = random.uniform(0.0, 0.5, (frames, 10)).astype(np.float32)
    return demonstrated(observations, actions, np.cumsum(lengths).tolist())


def test_ends_are_padded_by_repeating():
    history, future = window_indices(np.array([3, 5]), 2, 4)
    assert history.tolist() == [[0, 0], [0, 1], [1, 2], [3, 3], [3, 4]]
    assert future.tolist() == [[0, 1, 2, 2], [1, 2, 2, 2], [2, 2, 2, 2], [3, 4, 4, 4], [4, 4, 4, 4]]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 4), st.integers(1, 8))
def test_no_window_reaches_into_another_episode(lengths: list[int], history_steps: int, predicted_steps: int):
    ends = np.cumsum(lengths)
    history, future = window_indices(ends, history_steps, predicted_steps)
    episode = np.repeat(np.arange(len(lengths)), lengths)
    assert (episode[history] == episode[:, None]).all()
    assert (episode[future] == episode[:, None]).all()
    assert (history[:, -1] == np.arange(ends[-1])).all() and (future[:, 0] == np.arange(ends[-1])).all()


def test_normalisation_spans_the_data_and_comes_back():
    data, policy = demonstrations([20, 30]), PolicySettings()
    limits = fit(data, policy.observation(), policy.action())
    for raw, bounds in ((data.states, limits.observation), (data.actions, limits.action)):
        normalizer = Normalizer(bounds)
        normalised = normalizer.normalize(raw)
        assert np.abs(normalised).max() <= 1.0 + 1e-5
        np.testing.assert_allclose(normalizer.denormalize(normalised), raw, atol=1e-6)


def test_a_batch_holds_frames_and_actions_of_one_moment():
    data, policy = demonstrations([20]), PolicySettings()
    limits = fit(data, policy.observation(), policy.action())
    windows = Windows(data, limits, 2, 16, torch.device("cpu"))
    observations, actions = windows.draw(64, torch.Generator().manual_seed(0))
    known_frames = Normalizer(limits.observation).normalize(data.states)
    known_actions = Normalizer(limits.action).normalize(data.actions)
    for observation, chunk in zip(observations.numpy(), actions.numpy(), strict=True):
        moment = int(np.flatnonzero((known_actions == chunk[0]).all(axis=1))[0])
        assert any(np.array_equal(view[moment], observation[19:]) for view in known_frames)

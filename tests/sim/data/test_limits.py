"""Ranges of a data set."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from diffpol_ros.policy.normalizer import Normalizer
from sim.data.dataset import Dataset
from sim.data.limits import ConstantColumnWarning, fit, limits_from_plain, plain_limits
from sim.envs.block import block_observation_spec
from tests.sim.data.examples import dataset, datasets, demonstrated


@settings(max_examples=30, deadline=None)
@given(datasets(cameras=0))
def test_any_data_are_normalised_to_finite_numbers_within_one(data: Dataset):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantColumnWarning)
        limits = fit(data)
    for raw, bounds in ((data.states, limits.observation), (data.actions, limits.action)):
        normalised = Normalizer(bounds).normalize(raw)
        span = np.array(bounds.maximum) - np.array(bounds.minimum)
        rounding = 1e-6 * (1.0 + np.abs(raw) / span)
        assert np.isfinite(normalised).all() and (np.abs(normalised) <= 1.0 + rounding).all()


def test_a_column_that_never_changes_is_named_and_keeps_its_value():
    data = dataset(5, 4, views=2)
    data.states[:, :, 1] = 3.0
    with pytest.warns(ConstantColumnWarning, match="^y never change"):
        limits = fit(data)
    assert (limits.observation.minimum[1], limits.observation.maximum[1]) == (2.0, 4.0)
    assert (Normalizer(limits.observation).normalize(data.states)[:, :, 1] == 0.0).all()
    unnamed = replace(data, about=replace(data.about, state_names=(), action_names=()))
    with pytest.warns(ConstantColumnWarning, match=r"^state\[1\] never"):
        fit(unnamed)


def test_rotations_are_not_ranges_and_bring_no_warning():
    states = np.random.default_rng(0).uniform(-0.2, 0.2, (1, 9, 19))
    states[:, :, 3:9] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    actions = np.random.default_rng(1).uniform(0.0, 0.1, (9, 10))
    limits = fit(demonstrated(states, actions, [9]), block_observation_spec())
    assert limits.observation.minimum[3:9] == (-1.0,) * 6 and limits.observation.maximum[3:9] == (1.0,) * 6


def test_limits_come_back_from_plain_lists():
    limits = fit(dataset(5, 4))
    assert limits_from_plain(plain_limits(limits)) == limits

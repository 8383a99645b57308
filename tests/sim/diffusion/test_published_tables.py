"""Schedules against the numbers that DPPO's authors' code works with."""

import numpy as np
import pytest

from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.manifest.schedule import Diffusion

LEVELS = [
    *(0.992, 0.972, 0.941, 0.899, 0.847, 0.787, 0.720, 0.648, 0.572, 0.494),
    *(0.416, 0.341, 0.269, 0.203, 0.144, 0.094, 0.054, 0.024, 0.006, 0.000),
]
DEVIATIONS = [
    *(0.000, 0.076, 0.123, 0.162, 0.195, 0.226, 0.255, 0.283, 0.311, 0.339),
    *(0.369, 0.401, 0.435, 0.474, 0.519, 0.573, 0.641, 0.731, 0.857, 0.996),
]


def test_twenty_levels_of_the_squared_cosine():
    np.testing.assert_allclose(Diffusion(20, 20, sampler="ddpm").levels(), LEVELS, rtol=0, atol=6e-4)


def test_deviations_of_twenty_steps_of_ddpm():
    steps = sampling_steps(Diffusion(20, 20, sampler="ddpm"))
    np.testing.assert_allclose([step.deviation for step in reversed(steps)], DEVIATIONS, rtol=0, atol=6e-4)


def test_a_floor_of_a_tenth_changes_only_the_last_two_steps():
    diffusion = Diffusion(20, 20, sampler="ddpm", deviation_floor=0.1, last_deviation_floor=0.1)
    floored = [step.deviation for step in reversed(sampling_steps(diffusion))]
    np.testing.assert_allclose(floored, [0.1, 0.1, *DEVIATIONS[2:]], rtol=0, atol=6e-4)


def test_deviations_of_five_steps_of_ddim_with_as_much_noise_as_ddpm():
    steps = sampling_steps(Diffusion(100, 5, eta=1.0))
    assert [step.timestep for step in steps] == [80, 60, 40, 20, 0]
    np.testing.assert_allclose([step.deviation for step in steps], [0.738, 0.514, 0.295, 0.025, 0.0], atol=6e-4)


@pytest.mark.parametrize("count", [1, 2, 7])
def test_a_linear_schedule_multiplies_what_is_left(count: int):
    diffusion = Diffusion(count, count, schedule="linear", sampler="ddpm", beta_start=0.1, beta_end=0.3)
    expected = np.cumprod(1.0 - np.linspace(0.1, 0.3, count))
    np.testing.assert_allclose(diffusion.levels(), expected, rtol=1e-14)

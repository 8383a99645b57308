"""How DPPO samples while it explores, in likelihoods and in use."""

import re
from typing import Any

import pytest

from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.actors.sampling_rules import DiffusionActorSettings
from sim.errors import ActorError

DDPM, DDIM = Diffusion(20, 20, sampler="ddpm"), Diffusion(100, 5)
SETTINGS = DiffusionActorSettings(5, sampling_floor=0.04, likelihood_floor=0.1)


def deviations(diffusion: Diffusion) -> list[float]:
    return [step.deviation for step in sampling_steps(diffusion)]


def test_ddpm_explores_with_its_own_noise_or_the_floor():
    own = deviations(DDPM)
    assert deviations(SETTINGS.exploring(DDPM)) == [max(deviation, 0.04) for deviation in own]
    assert deviations(SETTINGS.likelihood(DDPM)) == [max(deviation, 0.1) for deviation in own]


def test_ddpm_keeps_its_noise_in_use_but_for_the_last_step():
    *before, last = deviations(DDPM)
    assert deviations(SETTINGS.in_use(DDPM)) == [*(max(deviation, 1e-3) for deviation in before), 0.0] and last == 0.0
    quiet = DiffusionActorSettings(5, evaluation_floor=0.2)
    assert min(deviations(quiet.in_use(DDPM))[:-1]) == 0.2


def test_ddim_explores_with_eta_one_and_has_no_noise_in_use():
    assert deviations(SETTINGS.exploring(DDIM)) == pytest.approx([0.738, 0.514, 0.295, 0.04, 0.04], abs=5e-4)
    assert deviations(SETTINGS.likelihood(DDIM)) == pytest.approx([0.738, 0.514, 0.295, 0.1, 0.1], abs=5e-4)
    assert deviations(SETTINGS.in_use(DDIM)) == [0.0] * 5


def test_means_of_exploring_are_those_of_likelihoods():
    for diffusion in (DDPM, DDIM):
        exploring, likely = (sampling_steps(rule(diffusion)) for rule in (SETTINGS.exploring, SETTINGS.likelihood))
        for drawn, told in zip(exploring, likely, strict=True):
            assert (drawn.next_of_sample, drawn.next_of_clean) == (told.next_of_sample, told.next_of_clean)


def test_the_noise_that_ddim_predicts_follows_the_clipped_chunk():
    assert SETTINGS.exploring(DDIM).recompute_epsilon and SETTINGS.in_use(DDIM).recompute_epsilon
    assert all(step.next_of_output == 0.0 for step in sampling_steps(SETTINGS.exploring(DDIM)))


def test_draws_are_clamped_wherever_there_are_any():
    assert SETTINGS.exploring(DDIM).noise_clip == SETTINGS.in_use(DDPM).noise_clip == 3.0
    assert DiffusionActorSettings(noise_clip=None).exploring(DDPM).noise_clip is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"fine_tuned_steps": 0}, "fine_tuned_steps is 0"),
        ({"likelihood_floor": 0.0}, "likelihood_floor is 0.0"),
        ({"sampling_floor": -0.1}, "sampling_floor"),
        ({"evaluation_floor": float("nan")}, "evaluation_floor is nan"),
        ({"noise_clip": 0.0}, "noise_clip is 0.0, expected more than 0"),
        ({"quiet": (0, -1)}, "quiet is (0, -1), expected numbers of an action"),
        ({"persistence": 1.0}, "persistence is 1.0, expected 0 or more and less than 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any], told: str):
    with pytest.raises(ActorError, match=re.escape(told)):
        DiffusionActorSettings(**wrong)


def test_consistency_samplers_are_refused():
    diffusion = Diffusion(20, 2, prediction="sample", sampler="consistency", spacing="trailing")
    with pytest.raises(ActorError, match="choose ddpm or ddim"):
        SETTINGS.exploring(diffusion)

"""Fine-tuned diffusion as a chain of decisions: what is drawn, by which network, and how it is used."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.actors.diffusion_actor import DiffusionActor
from sim.actors.sampling_rules import DiffusionActorSettings
from sim.diffusion.sampler import draw_steps, sample_chunks
from sim.errors import ActorError
from tests.sim.actors.tiny import CHUNK, DDIM, DDPM, actor, network, observations, seeded

BOTH = pytest.mark.parametrize("diffusion", [DDPM, DDIM])


@BOTH
def test_chains_are_the_last_steps_of_the_sampler(diffusion: Diffusion):
    decisions = actor(diffusion).decide(observations(7), exploring=True, generator=seeded())
    assert decisions.chain.shape == (7, 4, *CHUNK) and decisions.log_likelihoods.shape == (7, 3)
    assert torch.equal(decisions.actions, decisions.chain[:, -1])


@BOTH
@pytest.mark.parametrize("exploring", [True, False])
def test_the_same_generator_gives_the_same_bits(diffusion: Diffusion, exploring: bool):
    one, other = (actor(diffusion).decide(observations(7), exploring=exploring, generator=seeded()) for _ in range(2))
    assert torch.equal(one.chain, other.chain) and torch.equal(one.log_likelihoods, other.log_likelihoods)


@BOTH
def test_in_use_it_samples_as_the_robot_with_a_network_for_each_step(diffusion: Diffusion):
    made, seen, random = actor(diffusion), observations(7), seeded()
    policy = made.export()
    start = torch.randn(7, *CHUNK, generator=random)
    noise = draw_steps(policy.diffusion, (7, *CHUNK), random) if diffusion.sampler == "ddpm" else None
    expected = sample_chunks(policy.each, policy.diffusion, seen, start, draws=noise)
    found = made.decide(seen, exploring=False, generator=seeded()).actions
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-6)
    base_alone = sample_chunks(made.base, policy.diffusion, seen, start, draws=noise)
    assert not torch.allclose(found, base_alone, atol=1e-2)


@BOTH
@torch.no_grad()
def test_exploring_each_step_scatters_by_its_own_noise_or_the_floor(diffusion: Diffusion):
    count = 4000
    made = actor(diffusion, sampling_floor=0.3)
    chain = made.decide(torch.zeros(count, 5), exploring=True, generator=seeded()).chain
    for index, step in enumerate(sampling_steps(made.settings.exploring(diffusion))[-3:]):
        outputs = made.tuned(chain[:, index], torch.full((count,), step.timestep), torch.zeros(count, 5))
        noise = chain[:, index + 1] - step.next(chain[:, index], outputs, step.clean(chain[:, index], outputs, 1.0), 0)
        # Clamping at three deviations takes 0.7 % off; the estimate itself scatters by 0.3 %.
        assert float(noise.std()) == pytest.approx(0.9932 * step.deviation, rel=0.015)
        assert float(noise.abs().max()) <= 3.0 * step.deviation + 1e-5


@torch.no_grad()
def test_lasting_noise_is_in_the_last_step_alone():
    made, seen = actor(DDIM, sampling_floor=0.3, persistence=0.9), torch.zeros(4000, 5)
    chain = made.decide(seen, exploring=True, generator=seeded()).chain
    alike = []
    for index, step in enumerate(sampling_steps(made.settings.exploring(DDIM))[-3:]):
        outputs = made.tuned(chain[:, index], torch.full((4000,), step.timestep), seen)
        noise = chain[:, index + 1] - step.next(chain[:, index], outputs, step.clean(chain[:, index], outputs, 1.0), 0)
        alike.append(float((noise[:, 1:] * noise[:, :-1]).mean() / step.deviation**2))
    assert alike == pytest.approx([0.0, 0.0, 0.89], abs=0.02)


@torch.no_grad()
def test_quiet_numbers_are_not_explored_in_the_last_step():
    made, seen = actor(DDIM, sampling_floor=0.3, quiet=(1,)), torch.zeros(50, 5)
    chain = made.decide(seen, exploring=True, generator=seeded()).chain
    step = sampling_steps(made.settings.exploring(DDIM))[-1]
    outputs = made.tuned(chain[:, -2], torch.full((50,), step.timestep), seen)
    noise = chain[:, -1] - step.next(chain[:, -2], outputs, step.clean(chain[:, -2], outputs, 1.0), 0)
    assert noise[..., 1].abs().max() < 1e-5 and noise[..., [0, 2]].abs().mean() > 0.1


class Counting(torch.nn.Module):
    """Counts the rows that a network is asked for, step by step."""

    def __init__(self, made: DiffusionActor) -> None:
        super().__init__()
        self.rows = {"base": 0, "tuned": 0}
        for name in self.rows:
            getattr(made, name).body.register_forward_hook(self._count(name))

    def _count(self, name: str) -> Callable[..., None]:
        def count(_: object, inputs: tuple[Tensor], __: object) -> None:
            self.rows[name] += len(inputs[0])

        return count


def test_no_network_is_asked_in_vain():
    made = actor(DDPM)
    counting = Counting(made)
    decisions = made.decide(observations(7), exploring=True, generator=seeded())
    assert counting.rows == {"base": 7 * 9, "tuned": 7 * 3}
    made.log_likelihood(observations(7), decisions.chain[:, 0], decisions.chain[:, 1], torch.zeros(7, dtype=torch.long))
    assert counting.rows == {"base": 7 * 9, "tuned": 7 * 4}


def test_where_every_step_is_fine_tuned_the_base_is_not_asked():
    made = actor(DDIM, fine_tuned_steps=5)
    counting = Counting(made)
    chain = made.decide(observations(7), exploring=True, generator=seeded()).chain
    assert counting.rows == {"base": 0, "tuned": 7 * 5} and chain.shape[1] == 6
    assert set(made.export().each) == {made.tuned}


def test_only_the_tuned_copy_learns():
    base = network()
    made = DiffusionActor(base, DDPM, DiffusionActorSettings(3), 3)
    assert {id(value) for value in made.trainable()} == {id(value) for value in made.tuned.parameters()}
    assert all(value.requires_grad for value in base.parameters()), "what was handed in is left as it is"


def test_annealing_gives_steps_up_to_what_is_tuned_so_far():
    made = actor(DDPM)
    tuned = copy.deepcopy(made.tuned.state_dict())
    made.anneal(2)
    assert made.steps == 1 and made.export().last_steps == 1
    assert all(torch.equal(tuned[name], value) for name, value in made.base.state_dict().items())
    assert made.decide(observations(2), exploring=True, generator=seeded()).chain.shape[1] == 2
    with pytest.raises(ActorError, match="at least one must stay"):
        made.anneal(1)


def test_weights_bring_back_how_many_steps_were_left():
    made = actor(DDPM)
    made.anneal(1)
    other = actor(DDPM, seed=5)
    other.load_state_dict(made.state_dict())
    assert other.steps == 2
    one, two = (each.decide(observations(3), exploring=True, generator=seeded()) for each in (made, other))
    assert torch.equal(one.chain, two.chain)


def test_actions_are_clamped_only_where_asked():
    free = actor(DDPM, sampling_floor=1.0).decide(observations(99), exploring=True, generator=seeded())
    held = actor(DDPM, sampling_floor=1.0, action_clip=0.5).decide(observations(99), exploring=True, generator=seeded())
    assert float(free.actions.abs().max()) > 1.5 and float(held.actions.abs().max()) == 0.5
    assert torch.equal(held.chain[:, :-1], free.chain[:, :-1])
    assert torch.equal(held.actions, free.actions.clamp(-0.5, 0.5))


def test_a_policy_that_clamps_its_actions_is_no_bundle():
    with pytest.raises(ActorError, match="action_clip"):
        actor(DDPM, action_clip=1.0).export()


def test_noise_has_no_entropy_that_could_be_learned():
    assert torch.equal(actor(DDPM).entropy(observations(4)), torch.zeros(4))


@pytest.mark.parametrize(
    ("settings", "executed_steps", "told"),
    [
        ({"fine_tuned_steps": 13}, 3, "the sampler has 12 steps"),
        ({}, 5, "expected 1 .. 4"),
        ({}, 0, "expected 1 .. 4"),
        ({"quiet": (1, 3)}, 3, "an action has 3 numbers"),
    ],
)
def test_steps_and_numbers_that_are_not_there_are_refused(settings: dict[str, Any], executed_steps: int, told: str):
    with pytest.raises(ActorError, match=told):
        actor(DDPM, executed_steps, **settings)

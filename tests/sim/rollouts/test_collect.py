"""One iteration of acting in the toy task."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from sim.actors.actor import Decisions
from sim.envs.vector import VectorEnvironment
from sim.envs.worlds import Flags, Happened, Vectors
from sim.errors import TrainingError
from sim.rollouts.collect import Collector
from sim.rollouts.units import Units
from tests.sim.toy import LIMITS, LineWorlds
from tests.sim.toy_policies import collector, diffusion_actor

CHUNKS = 15
"""More than two episodes of 12 steps in chunks of 2."""


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(3)


def test_what_the_actor_gave_is_kept_as_it_was_and_what_the_worlds_gave_too():
    actor = diffusion_actor()
    rollout = collector(actor, worlds=3).collect(CHUNKS, generator(), 0)
    chunks, again = rollout.chunks, generator()
    environment = VectorEnvironment(LineWorlds(3))
    seen = environment.reset(0)
    for chunk in range(CHUNKS):
        assert torch.equal(chunks.observations[chunk], torch.from_numpy(seen))
        decided = actor.decide(torch.from_numpy(seen), exploring=True, generator=again)
        torch.testing.assert_close(chunks.chains[chunk], decided.chain, rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(chunks.log_likelihoods[chunk], decided.log_likelihoods, rtol=1e-4, atol=1e-4)
        done = environment.step(chunks.chains[chunk, :, -1].numpy(), 2)
        np.testing.assert_array_equal(chunks.rewards[chunk], done.rewards)
        np.testing.assert_array_equal(chunks.truncated[chunk], done.truncated)
        seen = done.observations
    assert torch.equal(rollout.last_observations, torch.from_numpy(seen))


def test_cut_off_episodes_leave_their_own_last_observations():
    rollout = collector(diffusion_actor(), worlds=3).collect(CHUNKS, generator(), 0)
    assert len(rollout.final_observations) == int(rollout.chunks.truncated.sum()) > 0
    chunk, world = rollout.chunks.truncated.nonzero()[0].tolist()
    following = rollout.chunks.observations[chunk + 1, world]
    assert bool(rollout.chunks.first[chunk + 1, world])
    assert float(rollout.final_observations[0, 1]) != float(following[1])
    assert float(rollout.final_observations[0, 1]) == float(rollout.chunks.observations[chunk, world, 1])


def test_episodes_that_began_in_an_earlier_iteration_count_whole():
    one = collector(diffusion_actor(), worlds=2)
    first, second = (one.collect(4, generator(), number) for number in range(2))
    assert not first.episodes
    assert sorted(episode.world for episode in second.episodes) == [0, 1]
    assert all(4 * 2 < episode.steps <= LineWorlds.step_limit for episode in second.episodes)
    assert first.actions == second.actions == 2 * 4 * 2


def test_memory_is_made_once():
    one = collector(diffusion_actor(), worlds=2)
    places = {one.collect(4, generator(), number).chunks.chains.data_ptr() for number in range(3)}
    assert len(places) == 1


class Spoilt(LineWorlds):
    """The reward of the fourth step, or the frame, is none in world 1."""

    def __init__(self, what: str) -> None:
        super().__init__(3)
        self._what, self._step = what, 0

    def step(self, actions: Vectors, active: Flags) -> Happened:
        happened, self._step = super().step(actions, active), self._step + 1
        values = getattr(happened, self._what).copy()
        values[1] = np.nan if self._step == 4 else values[1]
        return replace(happened, **{self._what: values})


@pytest.mark.parametrize(("what", "told"), [("rewards", "the reward"), ("observations", "the observation")])
def test_worlds_that_give_no_number_are_named(what: str, told: str):
    environment = VectorEnvironment(Spoilt(what))
    one = Collector(environment, diffusion_actor(), Units(LIMITS, 1, torch.device("cpu")), 2)
    one.begin(0)
    with pytest.raises(TrainingError, match=rf"iteration 4, chunk 1, world 1: {told} is not finite \(nan\)"):
        one.collect(CHUNKS, generator(), 4)


def test_a_policy_that_decides_on_no_number_is_told_before_the_worlds_move(monkeypatch: pytest.MonkeyPatch):
    actor = diffusion_actor()
    one = collector(actor, worlds=2)
    broken = Decisions(torch.full((2, 5, 2, 1), torch.inf), torch.zeros(2, 4))
    monkeypatch.setattr(type(actor), "decide", lambda *_, **__: broken)
    with pytest.raises(TrainingError, match=r"chunk 0, world 0: the decision is not finite \(inf\)"):
        one.collect(1, generator(), 0)

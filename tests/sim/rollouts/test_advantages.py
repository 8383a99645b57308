"""Advantages at the ends of episodes."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from sim.rollouts.advantages import Valued, estimate, following_values

HALF = 0.5
"""Discount and lambda of the examples by hand, so that every number is exact."""


def column(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)[:, None]


def flags(*values: int) -> Tensor:
    return torch.tensor(values, dtype=torch.bool)[:, None]


def test_an_episode_that_ends_by_itself_is_worth_nothing_afterwards():
    following = column(2.0, 99.0, 4.0)
    valued = Valued(column(1, 1, 1), column(0, 2, 3), following, flags(0, 1, 0), flags(0, 1, 0))
    found = estimate(valued, HALF, HALF)
    # delta = [1 + .5 * 2 - 0, 1 - 2, 1 + .5 * 4 - 3] = [2, -1, 0]; A_0 = 2 + .25 * -1.
    assert found.advantages[:, 0].tolist() == [1.75, -1.0, 0.0]
    assert found.returns[:, 0].tolist() == [1.75, 1.0, 3.0]


def test_an_episode_that_was_cut_off_is_bootstrapped_from_its_own_last_observation():
    values, truncated = column(0, 2, 3), flags(0, 1, 0)
    following = following_values(values, torch.tensor([4.0]).double(), truncated, torch.tensor([8.0]).double())
    assert following[:, 0].tolist() == [2.0, 8.0, 4.0]
    found = estimate(Valued(column(1, 1, 1), values, following, flags(0, 0, 0), truncated), HALF, HALF)
    # delta = [1 + .5 * 2 - 0, 1 + .5 * 8 - 2, 1 + .5 * 4 - 3] = [2, 3, 0]; no trace from the last to the second.
    assert found.advantages[:, 0].tolist() == [2.75, 3.0, 0.0]


def test_an_episode_that_goes_on_is_bootstrapped_from_what_comes_next():
    values = column(1, 1)
    following = following_values(values, torch.tensor([6.0]).double(), flags(0, 0), torch.zeros(0).double())
    found = estimate(Valued(column(0, 0), values, following, flags(0, 0), flags(0, 0)), HALF, HALF)
    # delta = [.5 * 1 - 1, .5 * 6 - 1] = [-.5, 2]; A_0 = -.5 + .25 * 2.
    assert found.advantages[:, 0].tolist() == [0.0, 2.0]


def test_the_next_episode_does_not_touch_one_that_was_cut_off():
    """Regression of the reference: there the trace runs on, and the bootstrap is the next episode's first value."""
    values, ends = column(0, 0, 0, 0), flags(0, 1, 0, 0)
    valued = [
        Valued(column(1, 1, later, later), values, column(0, 7, 0, 0), flags(0, 0, 0, 0), ends) for later in (0.0, 1e6)
    ]
    first, second = (estimate(one, 0.99, 0.95).advantages for one in valued)
    assert torch.equal(first[:2], second[:2]) and not torch.equal(first[2:], second[2:])


def plainly(valued: Valued, discount: float, trace: float, world: int) -> list[float]:
    """One episode after another, each by the sum of its own errors."""
    errors, ends = [], []
    for chunk in range(len(valued.rewards)):
        after = 0.0 if valued.terminated[chunk, world] else float(valued.following[chunk, world])
        errors.append(float(valued.rewards[chunk, world]) + discount * after - float(valued.values[chunk, world]))
        ends.append(bool(valued.ended[chunk, world]))
    found = []
    for chunk in range(len(errors)):
        last = next((later for later in range(chunk, len(errors)) if ends[later]), len(errors) - 1)
        found.append(sum((discount * trace) ** (i - chunk) * errors[i] for i in range(chunk, last + 1)))
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 12), st.integers(1, 3), st.integers(0, 2**31), st.floats(0, 1), st.floats(0, 1))
def test_all_worlds_together_are_each_episode_alone(chunks: int, worlds: int, seed: int, discount: float, trace: float):
    generator = torch.Generator().manual_seed(seed)
    rewards, values, following = torch.randn((3, chunks, worlds), generator=generator, dtype=torch.float64)
    terminated, truncated = torch.rand((2, chunks, worlds), generator=generator) < 0.2
    valued = Valued(rewards, values, following, terminated, terminated | truncated)
    found = estimate(valued, discount, trace)
    for world in range(worlds):
        expected = torch.tensor(plainly(valued, discount, trace, world), dtype=torch.float64)
        torch.testing.assert_close(found.advantages[:, world], expected)
    torch.testing.assert_close(found.returns, found.advantages + values)


def test_finals_go_to_their_places_chunk_by_chunk():
    truncated = torch.tensor([[False, True], [True, True]])
    following = following_values(torch.zeros(2, 2), torch.tensor([5.0, 6.0]), truncated, torch.tensor([1.0, 2.0, 3.0]))
    assert following.tolist() == [[0.0, 1.0], [2.0, 3.0]]

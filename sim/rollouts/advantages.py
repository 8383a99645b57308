"""Generalised advantage estimation (Schulman et al. 2016) over chunks, right at the ends of episodes.

A chunk is one step of the environment's process: its reward is the sum over its actions, the discount is per chunk.
DPPO's reference bootstraps an episode that was cut off by time from the first observation of the next one and lets the
trace run on into it. Here it is bootstrapped from its own last observation, and no trace leaves an episode.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Advantages:
    """Of T chunks in N worlds, each (T, N): how much better than expected, and what the critic should have said."""

    advantages: Tensor
    returns: Tensor


@dataclass(frozen=True, eq=False)
class Valued:
    """What T chunks in N worlds gave and what the critic says of it, each (T, N).

    rewards: scaled as the critic is trained. values: of the observation that a chunk was chosen from. following: of the
    one that it led to, where the episode ended its last; not looked at where `terminated`. ended: terminated or cut
    off by time.
    """

    rewards: Tensor
    values: Tensor
    following: Tensor
    terminated: Tensor
    ended: Tensor


def estimate(valued: Valued, discount: float, trace: float) -> Advantages:
    """Return A_t = delta_t + discount * trace * A_{t+1} within an episode, and R_t = A_t + V_t.

    delta_t = r_t + discount * V(what the chunk led to) - V_t, without the second part where the task itself ended.
    """
    following = valued.following.masked_fill(valued.terminated, 0.0)
    advantages = valued.rewards + discount * following - valued.values
    kept = discount * trace * (~valued.ended).to(advantages.dtype)
    for chunk in range(len(advantages) - 2, -1, -1):
        advantages[chunk].addcmul_(kept[chunk], advantages[chunk + 1])
    return Advantages(advantages, advantages + valued.values)


def following_values(values: Tensor, last: Tensor, truncated: Tensor, finals: Tensor) -> Tensor:
    """Return the value of what each chunk led to (T, N).

    values: (T, N). last: (N,), of the observations after the last chunk. finals: (M,), of the last observations of the
    M episodes that `truncated` (T, N) marks, chunk by chunk.
    """
    following = torch.cat([values[1:], last[None]])
    following[truncated] = finals
    return following

"""Many episodes at once of a policy as it is used, kept whole."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from sim.data.episode import Episode
from sim.demos.rollouts import Player
from sim.envs.worlds import PlannedWorlds, Seeds, Vectors, Worlds
from sim.fast_linear import fast_linear
from sim.rollouts.finite import require_finite_worlds
from sim.tasks.task import GradualTask

Pushes = Callable[[Vectors, Vectors], Vectors]
"""What is done in place of chunks (N, T, a) that were decided in frames (N, d)."""


@dataclass(frozen=True)
class Length:
    """How long an episode lasts [steps]: until it has kept its success for `tail`, at most `limit`."""

    limit: int
    tail: int


@dataclass(frozen=True, eq=False)
class Session:
    """Who plays which episodes, and how."""

    title: str
    player: Player
    seeds: Seeds
    """Of the worlds (N,)."""
    noise: int
    """Seed of the policy's noise."""
    length: Length
    pushes: Pushes | None = None


@dataclass(frozen=True, eq=False)
class Played:
    """A whole episode, whose rewards say how near each step came; succeeded: at its end."""

    episode: Episode
    succeeded: bool

    @property
    def start(self) -> NDArray[np.float32]:
        """The frame it began with (d,)."""
        return self.episode.states[0, 0]


def play(
    worlds: Worlds,
    task: GradualTask,
    player: Player,
    seeds: Seeds,
    length: Length,
    noise: torch.Generator,
    pushes: Pushes | None = None,
) -> list[Played]:
    """Return the episode of each of `seeds` (N,) in worlds of `task`.

    With `pushes` something else is done than was decided; what was decided is what the episode says, so that whoever
    learns from it comes back to where he wanted to be.
    """
    everywhere = np.ones(worlds.count, bool)
    frames = [worlds.reset(everywhere, seeds)]
    actions: list[NDArray[np.float32]] = []
    active, kept = everywhere.copy(), np.zeros(worlds.count, np.int64)
    lengths = np.zeros(worlds.count, np.int64)
    while active.any() and len(actions) < length.limit:
        chunks = _decide(player, frames, noise, len(actions))
        done = chunks if pushes is None else pushes(chunks, frames[-1])
        if isinstance(worlds, PlannedWorlds):
            worlds.plan(done, active)
        for number in range(min(player.executed_steps, length.limit - len(actions))):
            if not active.any():
                break
            happened = worlds.step(np.ascontiguousarray(done[:, number]), active)
            actions.append(chunks[:, number])
            frames.append(happened.observations)
            lengths += active
            kept[active] = np.where(happened.succeeded, kept + 1, 0)[active]
            active &= (kept <= length.tail) & ~happened.terminated
    seen, decided = np.stack(frames), np.stack(actions)
    nearness = [task.potential(each[1:]).astype(np.float32) for each in seen.transpose(1, 0, 2)]
    played = []
    for world, (steps, steps_kept) in enumerate(zip(lengths.tolist(), kept.tolist(), strict=True)):
        ended = steps < length.limit or steps_kept > length.tail
        states, rewards = seen[None, :steps, world], nearness[world][:steps]
        episode = Episode(int(seeds[world]), states, decided[:steps, world], rewards, ended)
        played.append(Played(episode, steps_kept > 0))
    return played


def _decide(
    player: Player, frames: list[NDArray[np.float32]], noise: torch.Generator, step: int
) -> NDArray[np.float32]:
    history = [frames[max(len(frames) - back, 0)] for back in range(player.history_steps, 0, -1)]
    seen = player.units.observations(np.concatenate(history, axis=1))
    with torch.inference_mode(), fast_linear(seen.device):
        decisions = player.actor.decide(seen, exploring=player.exploring, generator=noise)
    require_finite_worlds("the decision", decisions.actions, 0, step)
    return player.units.actions(decisions.actions)

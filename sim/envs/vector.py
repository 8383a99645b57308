"""Worlds as a policy meets them: a history of frames in, a chunk of actions out, episode after episode."""

from dataclasses import dataclass, field

import numpy as np

from sim.envs.worlds import Flags, Images, PlannedWorlds, Seeds, Sight, Vectors, Worlds, look
from sim.errors import SimulationError


@dataclass(frozen=True, eq=False)
class Transition:
    """What a chunk did in N worlds.

    observations: (N, T_o * d), from which the next chunk is chosen; after an end that of the next episode.
    final_observations: (N, T_o * d), what the chunk itself led to: where an episode ended, its last.
    rewards: (N,), the sum over the actions that were executed. terminated: (N,), the task ended the episode.
    truncated: (N,), it was cut off by time, and would have gone on. succeeded: (N,), the episode of this chunk has
    done its task so far. steps: (N,), how many of the chunk's actions were executed. final_images: where cameras are
    looked through, the last of the M episodes that `truncated` marks, in that order.
    """

    observations: Vectors
    final_observations: Vectors
    rewards: Vectors
    terminated: Flags
    truncated: Flags
    succeeded: Flags
    steps: Seeds
    final_images: Images = field(default_factory=dict)

    @property
    def ended(self) -> Flags:
        """Whether the episode is over (N,)."""
        return self.terminated | self.truncated


class VectorEnvironment:
    """Executes chunks in `worlds`, and begins a new episode where one is over.

    The k-th episode of world n under `seed` is the same whatever the other worlds do and however many there are.
    """

    def __init__(
        self,
        worlds: Worlds,
        history_steps: int = 1,
        sight: Sight | None = None,
        *,
        until_success: bool = False,
        deadline: int | None = None,
    ) -> None:
        """Show the last `history_steps` (T_o) frames; before an episode's second frame, the first stands for them.

        With a `sight`, look through its cameras before each chunk, and at the end of what is cut off. `until_success`:
        success ends an episode, whatever the worlds say. deadline: steps after which an episode has failed and is over,
        not cut off, so that nothing more is hoped for from it; none: as the worlds say.
        """
        self._deadline = worlds.step_limit + 1 if deadline is None else deadline
        self.worlds, self.count, self._sight, self._until_success = worlds, worlds.count, sight, until_success
        self.images: Images = {}
        """What is seen beside the newest observations (N, height, width, 3)."""
        self.history_steps = history_steps
        self.observation_size = history_steps * worlds.observation_size
        self.action_size = worlds.action_size

    def reset(self, seed: int) -> Vectors:
        """Begin the first episode of `seed` in every world; return observations (N, T_o * d)."""
        self._seed = seed
        self._episodes = np.zeros(self.count, np.int64)
        self._ages = np.zeros(self.count, np.int64)
        self._succeeded = np.zeros(self.count, bool)
        self._history = np.zeros((self.count, self.history_steps, self.worlds.observation_size), np.float32)
        self._begin(np.ones(self.count, bool))
        self.images = self._look(np.ones(self.count, bool))
        return self._observations()

    def step(self, chunks: Vectors, executed_steps: int | None = None) -> Transition:
        """Execute the first `executed_steps` (T_a; none: all) of raw actions (N, T_p, a), or until its episode ends."""
        _require_finite(chunks)
        rewards, steps = np.zeros(self.count, np.float32), np.zeros(self.count, np.int64)
        terminated, truncated = np.zeros(self.count, bool), np.zeros(self.count, bool)
        if isinstance(self.worlds, PlannedWorlds):
            self.worlds.plan(chunks, np.ones(self.count, bool))
        for number in range(chunks.shape[1] if executed_steps is None else executed_steps):
            active = ~(terminated | truncated)
            if not active.any():
                break
            happened = self.worlds.step(np.ascontiguousarray(chunks[:, number]), active)
            self._remember(happened.observations, active)
            rewards[active] += happened.rewards[active]
            steps += active
            self._ages += active
            self._succeeded |= active & happened.succeeded
            over = happened.terminated | (happened.succeeded & self._until_success)
            terminated |= active & (over | (self._ages >= self._deadline))
            truncated |= active & ~terminated & (self._ages >= self.worlds.step_limit)
        ended, final, succeeded = terminated | truncated, self._observations(), self._succeeded.copy()
        final_images = self._look(truncated)
        if ended.any():
            self._begin(ended)
        self.images = self._look(np.ones(self.count, bool))
        seen = self._observations()
        return Transition(seen, final, rewards, terminated, truncated, succeeded, steps, final_images)

    def close(self) -> None:
        """Let go of the worlds."""
        self.worlds.close()

    def _begin(self, which: Flags) -> None:
        frames = self.worlds.reset(which, self._seeds(which))
        self._history[which] = frames[which, None]
        self._episodes += which
        self._ages[which] = 0
        self._succeeded[which] = False

    def _look(self, which: Flags) -> Images:
        return look(self.worlds, self._sight, which) if self._sight else {}

    def _seeds(self, which: Flags) -> Seeds:
        """Return (N,) the seeds of the next episodes of `which`."""
        seeds = np.zeros(self.count, np.int64)
        for world in np.flatnonzero(which):
            entropy = np.random.SeedSequence((self._seed, int(world), int(self._episodes[world])))
            seeds[world] = entropy.generate_state(1)[0]
        return seeds

    def _remember(self, frames: Vectors, which: Flags) -> None:
        self._history[which, :-1] = self._history[which, 1:]
        self._history[which, -1] = frames[which]

    def _observations(self) -> Vectors:
        return self._history.reshape(self.count, -1).copy()


def _require_finite(chunks: Vectors) -> None:
    if not np.isfinite(chunks).all():
        world, step, number = np.argwhere(~np.isfinite(chunks))[0]
        raise SimulationError(
            f"action {step} for world {world}: number {number} is {chunks[world, step, number]}, expected finite ones; "
            "has the policy diverged?"
        )

"""A task of one dimension that is learnt within seconds: go to the target and stay."""

import numpy as np

from diffpol_ros.policy.manifest.specs import Limits
from sim.data.limits import FittedLimits
from sim.envs.worlds import Flags, Happened, Seeds, Vectors

LIMITS = FittedLimits(Limits((-1.0, -1.0), (1.0, 1.0)), Limits((-1.0,), (1.0,)))
REACH = 0.25
"""How far an action of 1 goes."""


class LineWorlds:
    """Frames are (position, target); an action moves the position; each step costs the distance that is left.

    Who leaves [-2, 2] is out, at a cost of 5. The task is done where the distance is below 0.1.
    """

    observation_size, action_size, step_limit = 2, 1, 12

    def __init__(self, count: int) -> None:
        self.count = count
        self._frames = np.zeros((count, 2), np.float32)

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        for world in np.flatnonzero(which):
            self._frames[world] = np.random.default_rng(int(seeds[world])).uniform(-1.0, 1.0, 2)
        return self._frames.copy()

    def step(self, actions: Vectors, active: Flags) -> Happened:
        moved = np.clip(actions[:, 0], -1.0, 1.0) * REACH
        self._frames[:, 0] += np.where(active, moved, 0.0).astype(np.float32)
        out = np.abs(self._frames[:, 0]) > 2.0
        distance = np.abs(self._frames[:, 0] - self._frames[:, 1])
        rewards = -distance - 5.0 * out
        return Happened(self._frames.copy(), rewards.astype(np.float32), out, distance < 0.1)

    def close(self) -> None: ...

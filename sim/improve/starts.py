"""Where a policy fails: starts of episodes that are alike, how hard they are, and more of the hard ones.

Who learns from the best of his own episodes learns least where he seldom succeeds, and then fails there all the more.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from sim.envs.worlds import Seeds, Worlds
from sim.improve.playing import Played

VARIES = 1e-6
"""Standard deviation of a number of the start above which it varies from episode to episode."""
LEAST_SHARE = 0.02
"""Of the variance: directions with less say nothing of how alike starts are."""
NEIGHBOURS = 16
"""Episodes that say how hard a start is."""
LEAST_HARDNESS = 0.02
"""Of any start: a policy may be wrong of itself, and where nothing is hard the draw must still end."""


class StartMap:
    """A map of starts on which those that are alike are near: their principal components, each as wide as the others.

    So a rotation, which a frame has as six numbers, counts as the one or two that it is.
    """

    def __init__(self, starts: NDArray[np.float64]) -> None:
        """Learn from starts (N, d) what varies."""
        deviation = starts.std(axis=0)
        self._varies = deviation > VARIES
        self._mean, self._deviation = starts.mean(axis=0)[self._varies], deviation[self._varies]
        _, lengths, directions = np.linalg.svd(self._normalised(starts), full_matrices=False)
        share = lengths**2 / max(float((lengths**2).sum()), VARIES)
        kept = share > LEAST_SHARE
        self._axes = (directions[kept] * np.sqrt(len(starts)) / lengths[kept, None]).T

    def place(self, starts: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the places (M, k) of starts (M, d)."""
        places = self._normalised(starts.astype(np.float64)) @ self._axes
        return places if places.shape[1] else np.zeros((len(starts), 1))

    def _normalised(self, starts: NDArray[np.float64]) -> NDArray[np.float64]:
        return (starts[:, self._varies] - self._mean) / self._deviation


class Hardness:
    """How often episodes failed that began alike."""

    def __init__(self, played: Sequence[Played]) -> None:
        """Learn from what was played."""
        starts = np.stack([each.start for each in played]).astype(np.float64)
        self._map = StartMap(starts)
        self._tree = KDTree(self._map.place(starts))
        self._failed = np.array([not each.succeeded for each in played], np.float64)

    def of(self, starts: NDArray[np.floating]) -> NDArray[np.float64]:
        """Return the share of failures (M,) among the episodes nearest to each of the starts (M, d)."""
        count = min(NEIGHBOURS, len(self._failed))
        nearest = self._tree.query(self._map.place(starts), k=count)[1].reshape(len(starts), count)
        return self._failed[nearest].mean(axis=1)


def hard_seeds(worlds: Worlds, hardness: Hardness, count: int, random: np.random.Generator) -> Seeds:
    """Return the seeds (count,) of episodes that begin where it is hard, each drawn as likely as it probably fails."""
    everywhere, found = np.ones(worlds.count, bool), list[int]()
    while len(found) < count:
        seeds = random.integers(1 << 31, size=worlds.count)
        chance = np.maximum(hardness.of(worlds.reset(everywhere, seeds)), LEAST_HARDNESS)
        found += seeds[random.random(worlds.count) < chance].tolist()
    return np.array(found[:count], np.int64)

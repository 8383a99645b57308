"""Which of a policy's own episodes it should learn from.

Success alone is too coarse: whoever learns from all that succeeded is as careless as they were, and less exact. So of
those that succeeded the ones count whose steps were, all together, nearer to the goal than those of others from a
start like theirs.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.errors import TrainingError
from sim.improve.playing import Played

RIDGE = 1e-3
"""Keeps the expectation finite where numbers of a start hardly vary."""
ROWS_A_FEATURE = 5
"""With fewer episodes a quadratic would say of each what it was."""


def best(played: Sequence[Played], share: float) -> list[Played]:
    """Return `share` of those that succeeded, at least one, in their order: the best compared with their starts'."""
    won = [each for each in played if each.succeeded]
    if not won:
        raise TrainingError(f"none of {len(played)} episodes succeeded: there is nothing to learn from")
    totals = np.array([float(each.episode.reward_column().sum()) for each in won])
    better = totals - expected(np.stack([each.start for each in won]).astype(np.float64), totals)
    kept = np.argsort(-better, kind="stable")[: max(1, round(share * len(won)))]
    return [won[index] for index in sorted(kept)]


def expected(starts: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a quadratic of each number of the starts (n, d) says of the totals (n,); of too few, their mean."""
    spread = starts.std(axis=0)
    normal = ((starts - starts.mean(axis=0)) / np.where(spread > 1e-6, spread, 1.0)) * (spread > 1e-6)
    features = np.concatenate([normal, normal**2], axis=1)
    if len(totals) < ROWS_A_FEATURE * features.shape[1]:
        return np.full(len(totals), totals.mean())
    centred = features - features.mean(axis=0)
    gram = centred.T @ centred + RIDGE * len(totals) * np.eye(centred.shape[1])
    return totals.mean() + centred @ np.linalg.solve(gram, centred.T @ (totals - totals.mean()))

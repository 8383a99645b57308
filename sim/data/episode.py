"""One episode on its way into a data set."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Episode:
    """T frames: what was seen, and the action that was taken there."""

    seed: int
    states: NDArray[np.float32]
    """(V, T, d): V views of the same frames; the first is exact."""
    actions: NDArray[np.float32]
    """(T, a)."""
    rewards: NDArray[np.float32] | None = None
    """(T,), of the step that each action made; None is all zero."""
    terminal: bool = False
    """Whether the last action ended the task itself (it fell, it is done): nothing follows. A time-out is not that."""
    images: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)
    """Camera -> (T, h, w, 3)."""

    def reward_column(self) -> NDArray[np.float32]:
        """Return rewards (T,), zero where unknown."""
        return np.zeros(len(self.actions), np.float32) if self.rewards is None else self.rewards

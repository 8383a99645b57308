"""Training windows: T_o frames of history and T_p actions, padded at both ends of an episode by repetition."""

import numpy as np
import torch
from torch import Tensor

from diffpol_ros.policy.normalizer import Normalizer
from sim.data.dataset import Dataset
from sim.data.limits import FittedLimits


def window_indices(ends: np.ndarray, history_steps: int, predicted_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Return for each frame t the frames (F, T_o) up to it and the actions (F, T_p) from it on, within its episode."""
    frames = np.arange(ends[-1])
    episode = np.searchsorted(ends, frames, side="right")
    first, last = np.concatenate([[0], ends[:-1]])[episode], ends[episode] - 1
    history = frames[:, None] + np.arange(1 - history_steps, 1)
    future = frames[:, None] + np.arange(predicted_steps)
    return np.maximum(history, first[:, None]), np.minimum(future, last[:, None])


class Windows:
    """All windows of a data set in memory, normalised; a batch draws windows and views at random."""

    def __init__(
        self,
        dataset: Dataset,
        limits: FittedLimits,
        history_steps: int,
        predicted_steps: int,
        device: torch.device,
    ) -> None:
        """Normalise once and index."""
        observations = Normalizer(limits.observation).normalize(dataset.states)
        actions = Normalizer(limits.action).normalize(dataset.actions)
        history, future = window_indices(dataset.ends, history_steps, predicted_steps)
        self._observations = torch.from_numpy(observations).to(device)
        self._actions = torch.from_numpy(actions).to(device)
        self._history = torch.from_numpy(history).to(device)
        self._future = torch.from_numpy(future).to(device)

    def __len__(self) -> int:
        """Return the number of windows of one view."""
        return len(self._history)

    def draw(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return observation vectors (size, T_o * d) and action chunks (size, T_p, 10)."""
        device = self._actions.device
        window = torch.randint(len(self), (size,), generator=generator).to(device)
        view = torch.randint(len(self._observations), (size,), generator=generator).to(device)
        observations = self._observations[view[:, None], self._history[window]]
        return observations.flatten(1), self._actions[self._future[window]]

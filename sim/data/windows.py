"""Training windows: T_o frames of history and T_p actions, of one episode; ends may be padded by repetition."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from diffpol_ros.policy.normalizer import Normalizer
from sim.data.dataset import Dataset
from sim.data.limits import FittedLimits
from sim.data.window_images import WindowImages
from sim.errors import DatasetError

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class WindowSettings:
    """Which windows an episode has. With both at their defaults, one for each of its frames."""

    pad_before: int | None = None
    """Frames before the first that it may stand for; default: T_o - 1, all of the history. 0: full histories only."""
    pad_after: int | None = None
    """Actions after the last that it may stand for; default: T_p - 1. Diffusion Policy takes T_a - 1, DPPO 0: full
    chunks only."""


@dataclass(frozen=True)
class Horizons:
    """T_o frames of history, T_p actions."""

    history: int
    predicted: int


@dataclass(frozen=True, eq=False)
class Batch:
    """B windows, normalised: observations (B, T_o * d), chunks (B, T_p, a); images (B, 3, h, w) by camera."""

    observations: Tensor
    chunks: Tensor
    images: Mapping[str, Tensor]

    def __len__(self) -> int:
        """Return B."""
        return len(self.chunks)


def window_frames(ends: Indices, horizons: Horizons, settings: WindowSettings) -> tuple[Indices, Indices, Indices]:
    """Return the present frame of each window, and the first and the last frame of its episode, (W,) each."""
    frames = np.arange(ends[-1])
    episode = np.searchsorted(ends, frames, side="right")
    first, last = np.concatenate([[0], ends[:-1]])[episode], ends[episode] - 1
    before = _least(settings.pad_before, horizons.history - 1)
    after = _least(settings.pad_after, horizons.predicted - 1)
    whole = (frames - first >= before) & (last - frames >= after)
    return frames[whole], first[whole], last[whole]


def _least(padding: int | None, greatest: int) -> int:
    """Return how many frames a window needs at one side."""
    return 0 if padding is None else greatest - min(max(padding, 0), greatest)


class Windows:
    """All windows of a data set, states and actions in memory and normalised; images are read when asked for."""

    def __init__(
        self,
        dataset: Dataset,
        limits: FittedLimits,
        horizons: Horizons,
        settings: WindowSettings,
        device: torch.device,
        images: WindowImages | None = None,
    ) -> None:
        """Normalise once and index."""
        self.device = device
        self.views = len(dataset.states)
        frames = window_frames(dataset.ends, horizons, settings)
        if not len(frames[0]):
            raise DatasetError(
                f"no episode has {horizons.predicted} actions after {horizons.history} frames, the longest has "
                f"{np.diff(dataset.ends, prepend=0).max()} frames: allow more padding, or predict less"
            )
        self._frames, self._first, self._last = (torch.from_numpy(indices).to(device) for indices in frames)
        self._states = torch.from_numpy(Normalizer(limits.observation).normalize(dataset.states)).to(device)
        self._actions = torch.from_numpy(Normalizer(limits.action).normalize(dataset.actions)).to(device)
        self._images = images
        self._past = torch.arange(1 - horizons.history, 1, device=device)
        self._future = torch.arange(horizons.predicted, device=device)

    def __len__(self) -> int:
        """Return the number of windows of one view."""
        return len(self._frames)

    def batch(self, windows: Tensor, views: Tensor) -> Batch:
        """Return windows (B,), each in the view (B,) of it."""
        windows, views = windows.to(self.device), views.to(self.device)
        frames = self._frames[windows, None]
        history = torch.maximum(frames + self._past, self._first[windows, None])
        future = torch.minimum(frames + self._future, self._last[windows, None])
        observations = self._states[views[:, None], history].flatten(1)
        images = self._images.read(frames[:, 0].cpu().numpy()) if self._images else {}
        return Batch(observations, self._actions[future], {name: each.to(self.device) for name, each in images.items()})

"""Demonstrations and logged rollouts: F frames of E episodes, one after another.

A frame is what was seen and the action taken there; its reward is that of the step which the action made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.data.about import About
from sim.data.checks import check
from sim.data.episode import Episode
from sim.data.frames import Frames
from sim.data.layout import read_parts, write_dataset
from sim.errors import DatasetError


@dataclass(frozen=True, eq=False)
class Dataset:
    """All episodes; see the module's text."""

    states: NDArray[np.float32]
    """(V, F, d): V >= 1 views of the same frames; view 0 is exact, others are as sensors would have it."""
    actions: NDArray[np.float32]
    """(F, a)."""
    rewards: NDArray[np.float32]
    """(F,); 0 where unknown."""
    ends: NDArray[np.int64]
    """(E,): the frame after the last of each episode, increasing; the last is F."""
    seeds: NDArray[np.int64]
    """(E,): of each episode; its number where the source knows none."""
    terminals: NDArray[np.bool_]
    """(E,): whether the last action ended the task itself; else the episode was cut off (a time-out)."""
    about: About
    images: Mapping[str, Frames] = field(default_factory=dict)
    """Camera -> (F, h, w, 3)."""

    @property
    def truncations(self) -> NDArray[np.bool_]:
        """(E,): whether the episode was cut off, so that value may follow its last frame."""
        return ~self.terminals

    @property
    def starts(self) -> NDArray[np.int64]:
        """(E,): the first frame of each episode."""
        return np.concatenate([np.zeros(1, np.int64), self.ends[:-1]])

    @classmethod
    def join(cls, episodes: Sequence[Episode], about: About) -> "Dataset":
        """Put episodes one after another."""
        if not episodes:
            raise DatasetError("no episode succeeded: nothing to train on")
        return cls(
            states=np.concatenate([episode.states for episode in episodes], axis=1),
            actions=np.concatenate([episode.actions for episode in episodes]),
            rewards=np.concatenate([episode.reward_column() for episode in episodes]),
            ends=np.cumsum([len(episode.actions) for episode in episodes], dtype=np.int64),
            seeds=np.array([episode.seed for episode in episodes], dtype=np.int64),
            terminals=np.array([episode.terminal for episode in episodes]),
            about=about,
            images={
                camera: np.concatenate([episode.images[camera] for episode in episodes])
                for camera in episodes[0].images
            },
        )

    def check(self, source: str) -> None:
        """Refuse arrays that do not fit together or are not finite; `source` names the file in the error."""
        check(self, source)

    def save(self, path: Path) -> None:
        """Check, and write a `.zarr.zip` whole or not at all."""
        self.check(str(path))
        write_dataset(self, path)

    @classmethod
    def load(cls, path: Path) -> "Dataset":
        """Read a `.zarr.zip` or a `.zarr` folder and check it; images are read when asked for."""
        dataset = cls(**read_parts(path))
        dataset.check(str(path))
        return dataset

"""The file of demonstrations: one compressed .npz, no pickles.

observations: (V, F, d) float32. V views of the same F frames, one after another over all episodes: view 0 is exact,
the others are what the cameras would have given, each with a bias, delay and drop-outs of its own. The d numbers
of a frame are those of `diffpol_ros.policy.observation.frame_vector`.
actions: (F, 10) float32, the expert's clean action for the frame, due one step later.
ends: (E,) int64, the frame after the last of each episode, increasing; the last is F.
seeds: (E,) int64, the seed of each episode.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.errors import DatasetError
from sim.files import write_whole

ARRAYS = ("observations", "actions", "ends", "seeds")


@dataclass(frozen=True, eq=False)
class Episode:
    """One demonstration: observations (V, T, d) and actions (T, 10)."""

    seed: int
    observations: NDArray[np.float32]
    actions: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Demonstrations:
    """All of them; see the module's text."""

    observations: NDArray[np.float32]
    actions: NDArray[np.float32]
    ends: NDArray[np.int64]
    seeds: NDArray[np.int64]

    @classmethod
    def join(cls, episodes: list[Episode]) -> "Demonstrations":
        """Put episodes one after another."""
        if not episodes:
            raise DatasetError("no episode succeeded: nothing to train on")
        return cls(
            np.concatenate([episode.observations for episode in episodes], axis=1),
            np.concatenate([episode.actions for episode in episodes]),
            np.cumsum([len(episode.actions) for episode in episodes], dtype=np.int64),
            np.array([episode.seed for episode in episodes], dtype=np.int64),
        )

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        with write_whole(path) as unfinished, unfinished.open("wb") as stream:
            np.savez_compressed(stream, **{name: getattr(self, name) for name in ARRAYS})

    @classmethod
    def load(cls, path: Path) -> "Demonstrations":
        """Read a file and check it."""
        if not path.exists():
            raise DatasetError(f"{path}: does not exist; record it with `python -m sim.demos`")
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
                demonstrations = cls(*(arrays[name] for name in ARRAYS))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
            raise DatasetError(
                f"{path}: cannot be read ({error}); record it anew with `python -m sim.demos`"
            ) from error
        demonstrations.check(str(path))
        return demonstrations

    def check(self, source: str) -> None:
        """Refuse arrays that do not fit together or are not finite."""
        frames = len(self.actions)
        if self.observations.ndim != 3 or self.observations.shape[1] != frames or self.actions.ndim != 2:
            raise DatasetError(f"{source}: observations {self.observations.shape}, actions {self.actions.shape}")
        lengths = np.diff(self.ends, prepend=0)
        if not len(self.ends) or self.ends[-1] != frames or (lengths <= 0).any() or len(self.seeds) != len(self.ends):
            raise DatasetError(f"{source}: ends do not divide {frames} frames into {len(self.seeds)} episodes")
        for name in ("observations", "actions"):
            if not np.isfinite(getattr(self, name)).all():
                raise DatasetError(f"{source}: {name} holds numbers that are not finite")

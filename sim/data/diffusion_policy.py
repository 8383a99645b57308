"""Demonstrations of Diffusion Policy: a ReplayBuffer in zarr, as a folder or a zip."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from numpy.typing import NDArray

from sim.data.about import About
from sim.data.dataset import Dataset
from sim.data.frames import BlockFrames
from sim.data.zarr_files import ZarrFile, reading
from sim.errors import DatasetError

CURE = "expected a ReplayBuffer of Diffusion Policy (*.zarr or *.zarr.zip); download it anew"


@dataclass(frozen=True)
class DiffusionPolicyImport:
    """A ReplayBuffer of Diffusion Policy, as pusht_cchi_v7_replay.zarr."""

    source: tyro.conf.Positional[Path]
    """Folder or zip to read."""
    output: Path
    """File to write, *.zarr.zip."""
    task: str
    """Name of the task."""
    rate_hz: float
    """Frames a second, which the file does not tell; 10 for Push-T."""
    state_keys: tuple[str, ...] = ("state",)
    """Arrays of data/ that make a state, in this order; keypoints are laid out flat."""
    camera_keys: tuple[str, ...] = ()
    """Arrays of data/ that are images, as "img"."""
    action_key: str = "action"
    """Array of data/ that is the action."""

    def read(self) -> Dataset:
        """Return what the file holds."""
        if not self.source.exists():
            raise DatasetError(f"{self.source}: does not exist")
        with reading(self.source, CURE):
            file = ZarrFile.open(self.source)
            states = {key: self._column(file, key) for key in self.state_keys}
            actions = self._column(file, self.action_key)
            ends = np.asarray(file.array("meta/episode_ends")[...]).astype(np.int64)
            return Dataset(
                states=np.concatenate(list(states.values()), axis=1)[None],
                actions=actions,
                rewards=np.zeros(len(actions), np.float32),
                ends=ends,
                seeds=np.arange(len(ends)),
                terminals=np.zeros(len(ends), np.bool_),
                about=self._about(states, actions),
                images={key: self._images(file, key) for key in self.camera_keys},
            )

    def _column(self, file: ZarrFile, key: str) -> NDArray[np.float32]:
        values = np.asarray(file.array(f"data/{key}")[...], dtype=np.float32)
        return values.reshape(len(values), -1)

    def _images(self, file: ZarrFile, key: str) -> BlockFrames:
        return BlockFrames(file.array(f"data/{key}"), f"{self.source}: data/{key}")

    def _about(self, states: dict[str, NDArray[np.float32]], actions: NDArray[np.float32]) -> About:
        return About(
            self.task,
            self.rate_hz,
            tuple(f"{key}.{index}" for key, values in states.items() for index in range(values.shape[1])),
            tuple(f"{self.action_key}.{index}" for index in range(actions.shape[1])),
            f"diffusion_policy: {self.source.name}",
        )

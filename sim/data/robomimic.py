"""Demonstrations of robomimic: data/demo_N/{obs/<key>, actions, rewards, dones}, mask/<filter key>, in HDF5."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from numpy.typing import NDArray

from sim.data.about import About
from sim.data.dataset import Dataset
from sim.data.frames import BlockFrames, Frames
from sim.data.joining import JoinedFrames
from sim.data.packages import needed
from sim.data.zarr_files import reading
from sim.errors import DatasetError

CURE = "expected an HDF5 file of robomimic; download or extract it anew"


@dataclass(frozen=True)
class RobomimicImport:
    """An HDF5 file of robomimic, with observations extracted."""

    source: tyro.conf.Positional[Path]
    """File to read."""
    output: Path
    """File to write, *.zarr.zip."""
    state_keys: tuple[str, ...] = ("robot0_eef_pos", "robot0_eef_quat", "robot0_gripper_qpos", "object")
    """Observations that make a state, in this order."""
    camera_keys: tuple[str, ...] = ()
    """Observations that are images."""
    filter_key: str = ""
    """Only the demonstrations that this mask names, as "train"; empty: all."""
    action_key: str = "actions"
    """Or "actions_abs"."""
    believe_dones: bool = True
    """Whether a last done says that the task itself ended. Files of done mode 1 or 2 mark every end with one."""
    rate_hz: float | None = None
    """Frames a second; default: the control frequency that the file tells."""

    def read(self) -> Dataset:
        """Return what the file holds."""
        h5py = needed("h5py", "an HDF5 file of robomimic")
        if not self.source.exists():
            raise DatasetError(f"{self.source}: does not exist")
        with reading(self.source, CURE):
            return self._dataset(h5py.File(self.source, "r"))

    def _dataset(self, file: Any) -> Dataset:
        demos = self._demos(file)
        states = [self._states(demo) for demo in demos]
        lengths = [len(state) for state in states]
        return Dataset(
            states=np.concatenate(states)[None],
            actions=np.concatenate([_column(demo, self.action_key, self.source) for demo in demos]),
            rewards=np.concatenate([_optional(demo, "rewards") for demo in demos]),
            ends=np.cumsum(lengths, dtype=np.int64),
            seeds=np.array([_number(demo) for demo in demos], dtype=np.int64),
            terminals=np.array([self.believe_dones and bool(_optional(demo, "dones")[-1]) for demo in demos]),
            about=self._about(file, demos[0]),
            images={key: JoinedFrames(tuple(self._images(demo, key) for demo in demos)) for key in self.camera_keys},
        )

    def _demos(self, file: Any) -> list[Any]:
        """Return the groups of the demonstrations, by number."""
        data = _member(file, "data", self.source)
        names = list(data)
        if self.filter_key:
            names = [name.decode() for name in _member(file, f"mask/{self.filter_key}", self.source)[:]]
        if not names:
            raise DatasetError(f"{self.source}: holds no demonstrations")
        return sorted((_member(data, name, self.source) for name in names), key=_number)

    def _states(self, demo: Any) -> NDArray[np.float32]:
        parts = [_column(demo, f"obs/{key}", self.source) for key in self.state_keys]
        if len({len(part) for part in parts}) > 1:
            raise DatasetError(f"{self.source}: {demo.name}: observations of {[len(part) for part in parts]} frames")
        return np.concatenate(parts, axis=1)

    def _images(self, demo: Any, key: str) -> Frames:
        return BlockFrames(_member(demo, f"obs/{key}", self.source), f"{self.source}: {demo.name}/obs/{key}")

    def _about(self, file: Any, demo: Any) -> About:
        told = json.loads(file["data"].attrs.get("env_args", "{}"))
        rate_hz = self.rate_hz or told.get("env_kwargs", {}).get("control_freq")
        if not rate_hz:
            raise DatasetError(f"{self.source}: tells no control frequency; give it by --rate-hz")
        sizes = {key: demo[f"obs/{key}"][:1].reshape(1, -1).shape[1] for key in self.state_keys}
        actions = demo[self.action_key].shape[1]
        return About(
            str(told.get("env_name", "unknown")),
            float(rate_hz),
            tuple(f"{key}.{index}" for key, size in sizes.items() for index in range(size)),
            tuple(f"action.{index}" for index in range(actions)),
            f"robomimic: {self.source.name}",
        )


def _number(demo: Any) -> int:
    name = demo.name.rpartition("/")[2]
    return int(name.rpartition("_")[2])


def _member(group: Any, name: str, source: Path) -> Any:
    """Return an array or group by its path; where it is absent, name those that are there."""
    at = group
    for part in name.split("/"):
        if part not in at:
            raise DatasetError(f"{source}: {at.name} has no {part}; there are {', '.join(at) or 'none'}")
        at = at[part]
    return at


def _column(demo: Any, name: str, source: Path) -> NDArray[np.float32]:
    """Return numbers (T, n)."""
    values = np.asarray(_member(demo, name, source)[...], dtype=np.float32)
    return values.reshape(len(values), -1)


def _optional(demo: Any, name: str) -> NDArray[np.float32]:
    """Return numbers (T,), zero where there are none."""
    if name not in demo:
        return np.zeros(len(demo["actions"]), np.float32)
    return np.asarray(demo[name][...], dtype=np.float32).reshape(-1)

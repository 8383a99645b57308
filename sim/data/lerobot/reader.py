"""A folder of LeRobot v2.1 or v3.0 as a data set."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from numpy.typing import NDArray

from sim.data.about import About
from sim.data.dataset import Dataset
from sim.data.frames import Frames
from sim.data.lerobot.columns import arrow, numbers_of, parquet
from sim.data.lerobot.features import ACTION, DONE, EPISODE, IMAGES, REWARD, STATE, TRUNCATED
from sim.data.lerobot.info import CURE, Info
from sim.data.lerobot.pictures import TablePictures
from sim.data.lerobot.videos import VideoPictures, clips_of
from sim.data.zarr_files import reading
from sim.errors import DatasetError


@dataclass(frozen=True)
class LerobotImport:
    """A local folder of LeRobot, v2.1 or v3.0."""

    source: tyro.conf.Positional[Path]
    """Folder that holds meta/ and data/."""
    output: Path
    """File to write, *.zarr.zip."""
    state_keys: tuple[str, ...] = (STATE,)
    """Columns that make a state, in this order."""
    action_key: str = ACTION
    """Column that is the action."""
    camera_keys: tuple[str, ...] = ()
    """Columns that are pictures or videos, as "observation.images.front"."""
    believe_dones: bool = True
    """Whether a last next.done that is no next.truncated says that the task itself ended."""

    def read(self) -> Dataset:
        """Return what the folder holds."""
        info = Info.load(self.source)
        with reading(self.source, CURE):
            table = self._table(info)
            states = {key: self._numbers(table, key) for key in self.state_keys}
            ends = self._ends(table, info)
            return Dataset(
                states=np.concatenate(list(states.values()), axis=1)[None],
                actions=self._numbers(table, self.action_key),
                rewards=self._flags(table, REWARD),
                ends=ends,
                seeds=self._seeds(info, len(ends)),
                terminals=self._terminals(table, ends),
                about=self._about(info, states, table),
                images={_camera(key): self._pictures(info, key, ends) for key in self.camera_keys},
            )

    def _table(self, info: Info) -> Any:
        """Return all frames, without pictures."""
        keys = [*self.state_keys, self.action_key]
        for key in keys:
            info.feature(key)
        wanted = [*keys, *(key for key in (REWARD, DONE, TRUNCATED) if key in info.features), EPISODE, "index"]
        absent = [path for path in info.tables if not path.exists()]
        if absent or not info.tables:
            where = absent[0] if absent else self.source / "data"
            raise DatasetError(f"{where}: is absent: copied only in part; {CURE}")
        table = arrow().concat_tables(
            [parquet().read_table(path, columns=wanted, partitioning=None) for path in info.tables],
            promote_options="permissive",
        )
        if len(table) != info.frames:
            raise DatasetError(f"{self.source}: {len(table)} frames, meta/info.json tells {info.frames}; {CURE}")
        return table

    def _numbers(self, table: Any, key: str) -> NDArray[np.float32]:
        return numbers_of(table, key, str(self.source)).astype(np.float32)

    def _flags(self, table: Any, key: str) -> NDArray[np.float32]:
        """Return one number a frame (F,), zero where there is no such column."""
        return self._numbers(table, key)[:, 0] if key in table.column_names else np.zeros(len(table), np.float32)

    def _ends(self, table: Any, info: Info) -> NDArray[np.int64]:
        episodes = numbers_of(table, EPISODE, str(self.source))[:, 0]
        if not np.array_equal(numbers_of(table, "index", str(self.source))[:, 0], np.arange(len(table))):
            raise DatasetError(f"{self.source}: frames are not in order; {CURE}")
        ends = np.append(np.flatnonzero(np.diff(episodes)) + 1, len(episodes)).astype(np.int64)
        if len(ends) != info.episodes:
            raise DatasetError(f"{self.source}: {len(ends)} episodes, meta/info.json tells {info.episodes}; {CURE}")
        return ends

    def _terminals(self, table: Any, ends: NDArray[np.int64]) -> NDArray[np.bool_]:
        done, truncated = (self._flags(table, key)[ends - 1] > 0.0 for key in (DONE, TRUNCATED))
        return done & ~truncated & self.believe_dones

    def _seeds(self, info: Info, count: int) -> NDArray[np.int64]:
        """Return the seeds that our own export keeps beside the episodes, else their numbers."""
        for path in sorted((info.folder / "meta" / "episodes").glob("*/*.parquet"))[:1]:
            if "seed" in parquet().read_schema(path).names:
                return parquet().read_table(path, columns=["seed"]).column("seed").to_numpy().astype(np.int64)
        return np.arange(count)

    def _about(self, info: Info, states: dict[str, NDArray[np.float32]], table: Any) -> About:
        actions = self._numbers(table, self.action_key).shape[1]
        return About(
            "; ".join(info.tasks()),
            info.rate_hz,
            tuple(name for key, values in states.items() for name in info.names(key, values.shape[1])),
            info.names(self.action_key, actions),
            f"lerobot {info.version}: {self.source.name}",
        )

    def _pictures(self, info: Info, key: str, ends: NDArray[np.int64]) -> Frames:
        kind = info.feature(key)["dtype"]
        if kind == "video":
            clips = clips_of(info, key, ends)
            return VideoPictures(clips, ends, f"{self.source}: {key}")
        if kind != "image":
            raise DatasetError(f"{self.source}: {key} is {kind}, expected pictures")
        return TablePictures(info.tables, key, info.folder)


def _camera(key: str) -> str:
    """Return what a camera is called without LeRobot's prefixes."""
    return key.removeprefix(IMAGES).removeprefix("observation.")

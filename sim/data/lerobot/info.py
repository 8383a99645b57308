"""meta/info.json of a LeRobot data set, and where its tables lie."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.data.lerobot.columns import parquet
from sim.data.zarr_files import reading
from sim.errors import DatasetError

READ = ("v2.0", "v2.1", "v3.0")
CURE = "expected a data set of LeRobot; download it anew"


@dataclass(frozen=True, eq=False)
class Info:
    """What the reader needs of it."""

    folder: Path
    version: str
    rate_hz: float
    episodes: int
    frames: int
    features: dict[str, dict[str, Any]]
    data_path: str
    video_path: str
    chunk_size: int

    @classmethod
    def load(cls, folder: Path) -> "Info":
        """Read meta/info.json."""
        path = folder / "meta" / "info.json"
        if not path.exists():
            raise DatasetError(f"{folder}: no data set of LeRobot: it has no meta/info.json")
        with reading(path, CURE):
            values = json.loads(path.read_text(encoding="utf-8"))
            version = str(values["codebase_version"])
            if version not in READ:
                raise DatasetError(f"{path}: version {version}, this program reads {', '.join(READ)}")
            return cls(
                folder,
                version,
                float(values["fps"]),
                int(values["total_episodes"]),
                int(values["total_frames"]),
                dict(values["features"]),
                str(values["data_path"]),
                str(values.get("video_path") or ""),
                int(values["chunks_size"]),
            )

    @property
    def tables(self) -> list[Path]:
        """Return the files of the frames, in order."""
        if self.version == "v3.0":
            return sorted((self.folder / "data").glob("*/*.parquet"))
        return [
            self.folder / self.data_path.format(episode_chunk=number // self.chunk_size, episode_index=number)
            for number in range(self.episodes)
        ]

    def feature(self, key: str) -> dict[str, Any]:
        """Return what is said of a column; where it is absent, name those that are there."""
        if key not in self.features:
            raise DatasetError(f"{self.folder}: has no column {key}; there are {', '.join(self.features)}")
        return self.features[key]

    def names(self, key: str, size: int) -> tuple[str, ...]:
        """Return what the `size` numbers of a column are called."""
        names = self.feature(key).get("names")
        if isinstance(names, dict) and len(names) == 1:
            names = next(iter(names.values()))
        if isinstance(names, list) and len(names) == size:
            return tuple(map(str, names))
        return tuple(f"{key}.{index}" for index in range(size))

    def tasks(self) -> list[str]:
        """Return the sentences that say what is done."""
        if self.version == "v3.0":
            # The texts are the index of a pandas table, whose column has a name or none.
            table = parquet().read_table(self.folder / "meta" / "tasks.parquet")
            [texts] = [name for name in table.column_names if name != "task_index"]
            return table.column(texts).to_pylist()
        lines = (self.folder / "meta" / "tasks.jsonl").read_text(encoding="utf-8").splitlines()
        return [str(json.loads(line)["task"]) for line in lines if line.strip()]

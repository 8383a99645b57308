"""A data set as a folder of LeRobot v3.0: data in shards of parquet, meta/{info, stats, tasks, episodes}."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.data.dataset import Dataset
from sim.data.lerobot.columns import arrow, parquet, table_of
from sim.data.lerobot.features import ACTION, DONE, EPISODE, IMAGES, REWARD, STATE, TRUNCATED, Feature, features_of
from sim.data.lerobot.statistics import of_images, of_numbers
from sim.errors import DatasetError

VERSION = "v3.0"
SHARD = "chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
SHARD_BYTES, SHARDS_A_CHUNK = 100 * 1024**2, 1000


class LerobotWriter:
    """Writes one data set; `view` is the one that becomes observation.state."""

    def __init__(self, dataset: Dataset, task: str, view: int = 0, shard_bytes: int = SHARD_BYTES) -> None:
        """Write nothing yet."""
        if not 0 <= view < len(dataset.states):
            raise DatasetError(f"view {view} of {len(dataset.states)}: expected 0 to {len(dataset.states) - 1}")
        self._dataset, self._task, self._view, self._shard_bytes = dataset, task, view, shard_bytes
        self._features = features_of(dataset)

    def write(self, folder: Path) -> None:
        """Write the folder whole or not at all."""
        if folder.exists():
            raise DatasetError(f"{folder}: exists; name another folder or delete it")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
                unfinished = Path(scratch) / folder.name
                self._fill(unfinished)
                unfinished.rename(folder)
        except OSError as error:
            raise DatasetError(
                f"{folder}: could not be written ({error.strerror or error}); nothing was left there: make room or "
                "name another folder"
            ) from error

    def _fill(self, folder: Path) -> None:
        (folder / "meta").mkdir(parents=True)
        episodes = self._write_data(folder)
        shard = SHARD.format(chunk_index=0, file_index=0)
        _write_table(folder / "meta" / "episodes" / shard, arrow().Table.from_pylist(episodes))
        _write_table(folder / "meta" / "tasks.parquet", _tasks_table(self._task))
        _write_json(folder / "meta" / "info.json", self._info())
        _write_json(folder / "meta" / "stats.json", self._statistics(0, len(self._dataset.actions)))

    def _write_data(self, folder: Path) -> list[dict[str, Any]]:
        """Write the shards, a row group an episode; return a row of meta/episodes for each."""
        episodes, number, episode = [], 0, 0
        while episode < len(self._dataset.ends):
            chunk, file = divmod(number, SHARDS_A_CHUNK)
            path, written = folder / "data" / SHARD.format(chunk_index=chunk, file_index=file), 0
            with _table_writer(path, self._table(0, 1).schema) as writer:
                while episode < len(self._dataset.ends) and written < self._shard_bytes:
                    table = self._table(*self._range(episode))
                    writer.write_table(table)
                    written += table.nbytes
                    episodes.append(self._episode_row(episode, chunk, file))
                    episode += 1
            number += 1
        return episodes

    def _table(self, first: int, end: int) -> Any:
        return table_of({name: self._values(name, first, end) for name in self._features}, self._features)

    def _range(self, episode: int) -> tuple[int, int]:
        return int(self._dataset.starts[episode]), int(self._dataset.ends[episode])

    def _values(self, name: str, first: int, end: int) -> NDArray[Any]:
        """Return a column's values of frames `first` up to `end`."""
        dataset = self._dataset
        frames = np.arange(first, end)
        if name.startswith(IMAGES):
            return dataset.images[name.removeprefix(IMAGES)][first:end]
        episodes = np.searchsorted(dataset.ends, frames, side="right")
        within, last = frames - dataset.starts[episodes], frames == dataset.ends[episodes] - 1
        columns = {
            STATE: dataset.states[self._view, first:end],
            ACTION: dataset.actions[first:end],
            REWARD: dataset.rewards[first:end],
            DONE: last,
            TRUNCATED: last & dataset.truncations[episodes],
            "timestamp": within / dataset.about.rate_hz,
            "frame_index": within,
            EPISODE: episodes,
            "index": frames,
            "task_index": np.zeros_like(frames),
        }
        return columns[name]

    def _statistics(self, first: int, end: int) -> dict[str, dict[str, Any]]:
        return {name: self._column_statistics(name, feature, first, end) for name, feature in self._features.items()}

    def _column_statistics(self, name: str, feature: Feature, first: int, end: int) -> dict[str, Any]:
        if feature.is_image:
            return of_images(self._dataset.images[name.removeprefix(IMAGES)], first, end).plain()
        return of_numbers(self._values(name, first, end)).plain()

    def _episode_row(self, episode: int, chunk: int, file: int) -> dict[str, Any]:
        first, end = self._range(episode)
        statistics = {
            f"stats/{name}/{kind}": value
            for name, kinds in self._statistics(first, end).items()
            for kind, value in kinds.items()
        }
        return {
            EPISODE: episode,
            "tasks": [self._task],
            "length": end - first,
            "seed": int(self._dataset.seeds[episode]),
            "data/chunk_index": chunk,
            "data/file_index": file,
            "dataset_from_index": first,
            "dataset_to_index": end,
            **statistics,
            "meta/episodes/chunk_index": 0,
            "meta/episodes/file_index": 0,
        }

    def _info(self) -> dict[str, Any]:
        rate_hz, episodes = self._dataset.about.rate_hz, len(self._dataset.ends)
        return {
            "codebase_version": VERSION,
            "robot_type": None,
            "total_episodes": episodes,
            "total_frames": len(self._dataset.actions),
            "total_tasks": 1,
            "chunks_size": SHARDS_A_CHUNK,
            "data_files_size_in_mb": SHARD_BYTES // 1024**2,
            "video_files_size_in_mb": 200,
            "fps": int(rate_hz) if float(rate_hz).is_integer() else rate_hz,
            "splits": {"train": f"0:{episodes}"},
            "data_path": f"data/{SHARD}",
            "video_path": None,
            "features": {name: feature.plain() for name, feature in self._features.items()},
        }


def _tasks_table(task: str) -> Any:
    """Return the table of tasks; pandas takes the texts for its index."""
    columns = [("task_index", "int64"), ("task", "object")]
    described = [{"name": name, "field_name": name, "numpy_type": kind, "metadata": None} for name, kind in columns]
    kinds = {"int64": "int64", "object": "unicode"}
    metadata = {
        "index_columns": ["task"],
        "column_indexes": [],
        "columns": [{**column, "pandas_type": kinds[column["numpy_type"]]} for column in described],
        "pandas_version": "2.0.0",
    }
    table = arrow().table({"task_index": arrow().array([0]), "task": arrow().array([task])})
    return table.replace_schema_metadata({"pandas": json.dumps(metadata)})


@contextmanager
def _table_writer(path: Path, schema: Any) -> Iterator[Any]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with parquet().ParquetWriter(str(path), schema, compression="snappy") as writer:
        yield writer


def _write_table(path: Path, table: Any) -> None:
    with _table_writer(path, table.schema) as writer:
        writer.write_table(table)


def _write_json(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=4) + "\n", encoding="utf-8")

"""Pictures in the tables of a LeRobot data set."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sim.data.frames import Images
from sim.data.lerobot.columns import parquet
from sim.errors import DatasetError


class TablePictures:
    """The pictures of one column over several tables; the row group read last is kept."""

    def __init__(self, tables: list[Path], key: str, folder: Path) -> None:
        """Read the first picture for its size."""
        self._tables = [parquet().ParquetFile(path) for path in tables]
        self._key, self._folder = key, folder
        self._groups = [
            (table, group) for table in range(len(tables)) for group in range(self._tables[table].num_row_groups)
        ]
        rows = [self._tables[table].metadata.row_group(group).num_rows for table, group in self._groups]
        self._starts = np.cumsum([0, *rows])
        self._kept: tuple[int, list[Any]] | None = None
        self.shape: tuple[int, ...] = (int(self._starts[-1]), *self._picture(0).shape)
        self.dtype = np.dtype(np.uint8)

    def __len__(self) -> int:
        """Return the number of pictures."""
        return self.shape[0]

    def __getitem__(self, frames: slice | NDArray[np.int64], /) -> Images:
        """Return pictures (n, h, w, 3)."""
        rows = np.arange(len(self))[frames]
        pictures = np.empty((len(rows), *self.shape[1:]), np.uint8)
        for place, row in enumerate(rows.tolist()):
            pictures[place] = self._picture(row)
        return pictures

    def _picture(self, row: int) -> Images:
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        if self._kept is None or self._kept[0] != number:
            table, group = self._groups[number]
            column = self._tables[table].read_row_group(group, columns=[self._key]).column(self._key)
            self._kept = number, column.to_pylist()
        cell = self._kept[1][row - int(self._starts[number])]
        try:
            content = cell["bytes"] or (self._folder / cell["path"]).read_bytes()
            return np.asarray(Image.open(io.BytesIO(content)).convert("RGB"))
        except (OSError, TypeError, KeyError) as error:
            raise DatasetError(f"{self._folder}: {self._key} of frame {row} cannot be read ({error})") from error

"""Files of zarr: arrays by name and attributes, in one .zarr.zip or in a folder."""

import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.data.frames import Frames, StoredFrames, folder_chunks, zip_chunks
from sim.data.packages import needed
from sim.errors import DatasetError
from sim.files import write_whole

ROWS = 1 << 14
"""Frames in a chunk of numbers; an image is a chunk of its own, so that a window reads no other."""
DAMAGED = (OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError, zipfile.BadZipFile, zlib.error)


def _zarr() -> Any:
    return needed("zarr", "a data set's file")


def write_zarr(path: Path, arrays: Mapping[str, NDArray[Any] | Frames], attributes: Mapping[str, Any]) -> None:
    """Write a `.zarr.zip` whole or not at all; images are taken one by one."""
    zarr = _zarr()
    try:
        with write_whole(path) as unfinished:
            store = zarr.storage.ZipStore(str(unfinished), mode="w")
            try:
                _fill(zarr, store, arrays, attributes)
            finally:
                store.close()
    except OSError as error:
        raise DatasetError(
            f"{path}: could not be written ({error.strerror or error}); nothing was left there: make room or name "
            "another file"
        ) from error


def _fill(zarr: Any, store: Any, arrays: Mapping[str, NDArray[Any] | Frames], attributes: Mapping[str, Any]) -> None:
    compressor = needed("numcodecs", "a data set's file").Blosc("zstd", 5, 2)
    old = _is_old(zarr)
    group = zarr.open_group(store, mode="w", **({} if old else {"zarr_format": 2, "attributes": dict(attributes)}))
    if old:
        group.attrs.update(attributes)
    for name, values in arrays.items():
        rows = 1 if len(values.shape) == 4 else min(len(values), ROWS)
        shape = {"shape": values.shape, "dtype": values[:1].dtype, "chunks": (rows, *values.shape[1:])}
        # What is all zero is written too: a chunk that is absent is a file that is damaged.
        empty = {"write_empty_chunks": True}
        if old:
            stored = group.create_dataset(name, **shape, **empty, compressor=compressor)
        else:
            stored = group.create_array(name, **shape, config=empty, compressors=compressor)
        for start in range(0, len(values), rows):
            stored[start : start + rows] = values[start : start + rows]


def _is_old(zarr: Any) -> bool:
    """Return whether this is zarr 2, the last for Python 3.10."""
    return zarr.__version__.startswith("2.")


@contextmanager
def reading(path: Path, cure: str) -> Iterator[None]:
    """Turn whatever a damaged or foreign file brings about into one error that names it and the cure."""
    try:
        yield
    except DAMAGED as error:
        raise DatasetError(f"{path}: cannot be read ({type(error).__name__}: {error}); {cure}") from error


@dataclass(frozen=True, eq=False)
class ZarrFile:
    """An open file; use inside `reading`."""

    path: Path
    group: Any
    root: str
    """Where in a zip the group lies: "" or "name.zarr/"."""

    @classmethod
    def open(cls, path: Path) -> "ZarrFile":
        """Open a folder or a zip."""
        zarr = _zarr()
        if path.is_dir():
            return cls(path, zarr.open_group(str(path), mode="r"), "")
        with zipfile.ZipFile(path) as archive:
            root = _root(archive.namelist())
        store = zarr.storage.ZipStore(str(path), mode="r")
        return cls(path, zarr.open_group(store, mode="r", path=root.rstrip("/") or None), root)

    @property
    def attributes(self) -> dict[str, Any]:
        """Return the root's attributes."""
        return dict(self.group.attrs)

    def names(self, folder: str) -> list[str]:
        """Return the arrays of a group, none where there is no such group."""
        return sorted(self.group[folder].array_keys()) if folder in self.group else []

    def array(self, name: str) -> Any:
        """Return the lazy array."""
        if name not in self.group:
            present = [f"{folder}/{key}" for folder in sorted(self.group.group_keys()) for key in self.names(folder)]
            raise DatasetError(f"{self.path}: has no array {name}; there are {', '.join(present) or 'none'}")
        return self.group[name]

    def values(self, name: str) -> NDArray[Any]:
        """Return the whole array; refuse one of which a part is absent, which zarr would take for zeros."""
        array = self.array(name)
        if array.nchunks_initialized < array.nchunks:
            raise DatasetError(
                f"{self.path}: {name}: {array.nchunks - array.nchunks_initialized} of {array.nchunks} chunks are "
                "absent: copied only in part; copy it anew"
            )
        return np.asarray(array[...])

    def frames(self, name: str) -> StoredFrames:
        """Return images that are read when asked for."""
        chunks = folder_chunks(self.path / name) if self.path.is_dir() else zip_chunks(self.path, self.root + name)
        return StoredFrames(self.array(name), chunks, f"{self.path}: {name}")


def _root(names: list[str]) -> str:
    """Return the shallowest folder of an archive that is a group."""
    groups = [name.removesuffix(mark) for name in names for mark in (".zgroup", "zarr.json") if name.endswith(mark)]
    if not groups:
        raise DatasetError("no zarr group in the archive")
    return min(groups, key=lambda name: (name.count("/"), name))

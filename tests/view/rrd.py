"""Reads back what was drawn: the rows of each entity of a file of Rerun."""

from pathlib import Path
from typing import Any

import pytest

rerun_chunk = pytest.importorskip("rerun.chunk", reason="what is drawn is read back with rerun-sdk 0.41")


class Drawn:
    """A recording by its entities."""

    def __init__(self, path: Path) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {}
        for chunk in rerun_chunk.RrdReader(path).stream().to_chunks():
            self._rows.setdefault(chunk.entity_path.strip("/"), []).extend(_rows(chunk.to_record_batch()))

    @property
    def entities(self) -> set[str]:
        """Return the paths of all that was drawn."""
        return set(self._rows)

    def values(self, entity: str, component: str) -> list[Any]:
        """Return the values of a component such as "Transform3D:translation", in the order of time."""
        return [row[component] for row in self._told(entity, component)]

    def times_ns(self, entity: str, component: str) -> list[int]:
        """Return when they were drawn [ns]; -1 where they hold for ever."""
        return [_time(row) for row in self._told(entity, component)]

    def _told(self, entity: str, component: str) -> list[dict[str, Any]]:
        return sorted((row for row in self._rows[entity] if row.get(component) is not None), key=_time)


def _rows(batch: Any) -> list[dict[str, Any]]:
    names = [name for name in batch.schema.names if ":" in name or name == "time"]
    columns = [batch.column(name) for name in names]
    plain = [column.cast("int64") if name == "time" else column for name, column in zip(names, columns, strict=True)]
    return [
        dict(zip(names, values, strict=True)) for values in zip(*(column.to_pylist() for column in plain), strict=True)
    ]


def _time(row: dict[str, Any]) -> int:
    return -1 if row.get("time") is None else int(row["time"])

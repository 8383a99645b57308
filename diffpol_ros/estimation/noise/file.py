"""Writes noise files: what people read first, a line an axis, four digits."""

import dataclasses
from pathlib import Path
from typing import Any

import yaml

from diffpol_ros.estimation.noise.model import NoiseModel

DIGITS = 4
WIDTH = 200


def save_noise(model: NoiseModel, path: Path, comment: str) -> None:
    """Write `path`, headed by `comment`; what `load_noise` reads back is `model` to four digits."""
    heading = "".join(f"# {line}\n" for line in comment.splitlines())
    text = yaml.safe_dump(_plain(model), sort_keys=False, default_flow_style=None, width=WIDTH)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(heading + text, encoding="utf-8")


def _plain(value: Any) -> Any:
    """Return dataclasses as mappings without what is absent, tuples as lists, numbers to four digits."""
    if dataclasses.is_dataclass(value):
        pairs = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
        plain = {name: _plain(one) for name, one in pairs if one is not None and one != ()}
        return {"schema_version": plain.pop("schema_version"), **plain} if "schema_version" in plain else plain
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value

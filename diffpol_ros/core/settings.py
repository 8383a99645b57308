"""Strict YAML: a file becomes a frozen dataclass, or an error names the file, the line and the cure."""

import dataclasses
from pathlib import Path
from typing import Any, TypeVar

import yaml

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.settings_reader import Reader
from diffpol_ros.core.settings_reader import Section as Section
from diffpol_ros.core.settings_reader import closest as closest
from diffpol_ros.core.settings_reader import out_of_range as out_of_range

Settings = TypeVar("Settings")


def setting(
    default: Any = dataclasses.MISSING,
    *,
    description: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
) -> Any:
    """Return a dataclass field that carries its description and its allowed range."""
    metadata = {"description": description, "minimum": minimum, "maximum": maximum}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    if isinstance(default, dict | list):
        return dataclasses.field(default_factory=lambda: type(default)(default), metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


def load_settings(kind: type[Settings], path: Path) -> Settings:
    """Read `path` as a `kind`; unknown keys, wrong types and values out of range are errors with a line."""
    return parse_settings(kind, read_text(path), str(path))


def read_text(path: Path) -> str:
    """Return what a file says."""
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise ResourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{path}: is not a text in UTF-8: byte {error.start} is {error.object[error.start]:#x}"
        ) from error


def parse_settings(kind: type[Settings], text: str, source: str) -> Settings:
    """Read YAML `text` as a `kind`; `source` names it in errors."""
    root = compose(text, source)
    if root is None:
        raise SettingsError(f"{source}: is empty, expected {_keys_of(kind)}")
    return read_node(kind, root)


def compose(text: str, source: str) -> yaml.Node | None:
    """Return the nodes of YAML `text`, which know that they come from `source`; None where it says nothing."""
    loader = None
    try:
        loader = yaml.SafeLoader(text)
        loader.name = source
        return loader.get_single_node()
    except (yaml.YAMLError, RecursionError) as error:
        raise SettingsError(f"{source}: not valid YAML: {error}") from error
    finally:
        if loader is not None:
            loader.dispose()


def read_node(kind: type[Settings], root: yaml.Node) -> Settings:
    """Read composed YAML as a `kind`."""
    return Reader().read(root, kind, "", {})


def _keys_of(kind: Any) -> str:
    return "the keys " + ", ".join(field.name for field in dataclasses.fields(kind))

"""Files that say `like: <another>`: what they leave out at their top level is as in that one."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import yaml

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.settings import compose, parse_settings, read_node, read_text

LIKE = "like"
Settings = TypeVar("Settings")


def load_like(kind: type[Settings], path: Path, find: Callable[[str], Path]) -> Settings:
    """Read `path` as a `kind`, as `load_settings` does; `find` returns the file of a name given as `like`."""
    text = read_text(path)
    root = compose(text, str(path))
    like = _like_of(root)
    if like is None or not isinstance(root, yaml.MappingNode):
        return parse_settings(kind, text, str(path))
    return read_node(kind, _joined(root, like, _model(like, find)))


def _like_of(root: yaml.Node | None) -> yaml.ScalarNode | None:
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    found = [value for name, value in pairs if name.value == LIKE and isinstance(value, yaml.ScalarNode)]
    return found[0] if found else None


def _model(like: yaml.ScalarNode, find: Callable[[str], Path]) -> yaml.MappingNode:
    path = find(like.value)
    root = compose(read_text(path), str(path))
    where = f"{like.start_mark.name}:{like.start_mark.line + 1}: like {like.value}"
    if not isinstance(root, yaml.MappingNode):
        raise SettingsError(f"{where}: {path} has no keys to take over")
    if _like_of(root) is not None:
        raise SettingsError(f"{where}: {path} is itself like another: name that one")
    return root


def _joined(root: yaml.MappingNode, like: yaml.ScalarNode, model: yaml.MappingNode) -> yaml.MappingNode:
    """Return `root` with what it leaves out taken from `model`."""
    own = [pair for pair in root.value if pair[1] is not like]
    named = {name.value for name, _ in own}
    taken = [pair for pair in model.value if pair[0].value not in named]
    return yaml.MappingNode(root.tag, [*own, *taken], root.start_mark, root.end_mark)

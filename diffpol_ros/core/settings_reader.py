"""From YAML's nodes to values, strictly: whatever does not fit is told with the file, the line and the cure."""

import dataclasses
import difflib
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml

from diffpol_ros.core.errors import SettingsError

Settings = TypeVar("Settings")
_NAMES = {float: "a number", int: "a whole number", bool: "true or false", str: "a text (in quotes, if need be)"}


class Section:
    """A part of a file that is read later, by whoever knows its kind; errors still name the file and the line."""

    def __init__(self, node: yaml.Node, key: str) -> None:
        """Keep `node`, found at `key`."""
        self._reader, self._node, self._key = Reader(), node, key

    def read(self, kind: type[Settings]) -> Settings:
        """Read the section as a `kind`."""
        return self._reader.read(self._node, kind, self._key, {})

    def fail(self, message: str) -> SettingsError:
        """Return an error that names the section's file and line."""
        return self._reader.fail(self._node, self._key, message)


def closest(word: str, known: typing.Iterable[str]) -> str:
    """Return "did you mean …?" for the nearest known word, or the list of what exists."""
    known = sorted(known)
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known) or 'nothing'}"


class Reader:
    """Turns YAML nodes into values; each node knows its file and line for the errors."""

    def fail(self, node: yaml.Node, key: str, message: str) -> SettingsError:
        """Return an error that names the line of `node`."""
        return SettingsError(f"{node.start_mark.name}:{node.start_mark.line + 1}: {key or 'the file'} {message}")

    def read(self, node: yaml.Node, kind: Any, key: str, limits: Mapping[str, Any]) -> Any:
        """Return the value of `node` as a `kind`."""
        if kind is Section:
            return Section(node, key)
        origin = get_origin(kind)
        if origin in (Union, types.UnionType):
            return self._read_union(node, kind, key, limits)
        if origin is Literal:
            return self._read_literal(node, kind, key)
        if dataclasses.is_dataclass(kind):
            return self._read_dataclass(node, kind, key)
        if origin is tuple:
            return self._read_tuple(node, kind, key, limits)
        if origin is dict:
            return self._read_dict(node, kind, key, limits)
        return self._read_scalar(node, kind, key, limits)

    def _read_union(self, node: yaml.Node, kind: Any, key: str, limits: Mapping[str, Any]) -> Any:
        if node.tag == "tag:yaml.org,2002:null" and type(None) in get_args(kind):
            return None
        options = [option for option in get_args(kind) if option is not type(None)]
        if len(options) != 1:
            raise TypeError(f"{kind}: only `X | None` is understood as a setting")
        return self.read(node, options[0], key, limits)

    def _read_literal(self, node: yaml.Node, kind: Any, key: str) -> Any:
        value = self._construct(node)
        if not any(type(value) is type(option) and value == option for option in get_args(kind)):
            shown = repr(value) if isinstance(node, yaml.ScalarNode) else f"a {_node_kind(node)}"
            raise self.fail(node, key, f"is {shown}, expected one of {', '.join(map(repr, get_args(kind)))}")
        return value

    def _pairs(self, node: yaml.Node, key: str) -> list[tuple[yaml.Node, str, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            raise self.fail(node, key, "must be a mapping of keys to values")
        pairs = [(name, str(self._construct(name)), value) for name, value in node.value]
        seen: set[str] = set()
        for name_node, name, _ in pairs:
            if name in seen:
                raise self.fail(name_node, f"{key}.{name}".lstrip("."), "is given twice")
            seen.add(name)
        return pairs

    def _read_dataclass(self, node: yaml.Node, kind: Any, key: str) -> Any:
        fields = {field.name: field for field in dataclasses.fields(kind) if field.init}
        hints = get_type_hints(kind)
        values = {}
        for name_node, name, value in self._pairs(node, key):
            path = f"{key}.{name}".lstrip(".")
            if name not in fields:
                raise self.fail(name_node, path, f"is not a known key; {closest(name, fields)}")
            values[name] = self.read(value, hints[name], path, fields[name].metadata)
        missing = [
            name
            for name, field in fields.items()
            if name not in values
            and field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING
        ]
        if missing:
            raise self.fail(node, key, f"lacks {', '.join(missing)}")
        try:
            return kind(**values)
        except ValueError as error:
            raise self.fail(node, key, f"is refused: {error}") from error

    def _read_tuple(self, node: yaml.Node, kind: Any, key: str, limits: Mapping[str, Any]) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            raise self.fail(node, key, "must be a list")
        kinds = get_args(kind)
        if kinds[-1] is Ellipsis:
            kinds = (kinds[0],) * len(node.value)
        elif len(kinds) != len(node.value):
            raise self.fail(node, key, f"has {len(node.value)} entries, expected {len(kinds)}")
        items = zip(node.value, kinds, strict=True)
        return tuple(self.read(item, inner, f"{key}[{i}]", limits) for i, (item, inner) in enumerate(items))

    def _read_dict(self, node: yaml.Node, kind: Any, key: str, limits: Mapping[str, Any]) -> Any:
        key_kind, inner = get_args(kind)
        if key_kind is int and isinstance(node, yaml.MappingNode):
            for name_node, _ in node.value:
                self._read_scalar(name_node, int, f"{key} key", {})
        return {
            (int(name) if key_kind is int else name): self.read(value, inner, f"{key}.{name}".lstrip("."), limits)
            for _, name, value in self._pairs(node, key)
        }

    def _read_scalar(self, node: yaml.Node, kind: Any, key: str, limits: Mapping[str, Any]) -> Any:
        if kind not in _NAMES:
            raise TypeError(f"{key}: a setting cannot be of type {kind}")
        value = self._construct(node)
        if kind is float and not isinstance(value, bool):
            value = _number(value)
        if type(value) is not kind:
            shown = repr(node.value) if isinstance(node, yaml.ScalarNode) else f"a {_node_kind(node)}"
            raise self.fail(node, key, f"is {shown}, expected {_NAMES[kind]}")
        complaint = out_of_range(value, limits)
        if complaint:
            raise self.fail(node, key, complaint)
        return value

    def _construct(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return None
        loader = yaml.SafeLoader("")
        try:
            return loader.construct_object(node)
        except (yaml.YAMLError, ValueError, LookupError, AttributeError, OverflowError) as error:
            # The last three are PyYAML's own slips on `!!int ''`, `!!bool x`, `!!timestamp x`.
            raise self.fail(node, str(node.value), f"cannot be read: {error}") from error
        finally:
            loader.dispose()


def _node_kind(node: yaml.Node) -> str:
    return "list" if isinstance(node, yaml.SequenceNode) else "mapping"


def _number(value: Any) -> Any:
    """Return a whole number as a float, and a text that YAML 1.1 does not see as one (`1e-3`); the rest unchanged."""
    if not isinstance(value, int | str):
        return value
    try:
        return float(value)
    except OverflowError:
        return math.inf
    except ValueError:
        return value


def out_of_range(value: Any, limits: Mapping[str, Any]) -> str:
    """Return what is wrong with a number against its `minimum` and `maximum`, or an empty text."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if isinstance(value, float) and not math.isfinite(value):
        return f"is {value}, expected a finite number"
    minimum, maximum = limits.get("minimum"), limits.get("maximum")
    if minimum is not None and value < minimum:
        return f"is {value}, expected at least {minimum}"
    if maximum is not None and value > maximum:
        return f"is {value}, expected at most {maximum}"
    return ""

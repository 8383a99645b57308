"""Settings as nested plain values and back: what a checkpoint or a results folder says of a run.

A settings class is a frozen dataclass of numbers, texts, flags, Literals, paths, tuples and other settings classes.
Where a field may hold one of several settings classes, its plain values say which, under "kind".
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from cattrs import Converter, transform_error
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn

from diffpol_ros.core.settings import closest
from sim.errors import CheckpointError

Settings = TypeVar("Settings")
Plain = dict[str, Any]
Structure = Callable[[Any, Any], Any]
KIND = "kind"
NOTHING = "nothing"


class Difference(NamedTuple):
    """A field, as in "optimiser.updates", and what it holds in either of two configurations."""

    field: str
    first: Any
    second: Any


def to_plain(settings: object) -> Plain:
    """Return a settings dataclass as nested dicts, lists, texts and numbers."""
    return _CONVERTER.unstructure(settings)


def from_plain(kind: type[Settings], values: Mapping[str, Any], source: str = "the configuration") -> Settings:
    """Return the `kind` that `to_plain` made `values` of; `source` names them in errors.

    Types must fit, unknown keys are refused, and missing ones are the defaults.
    """
    try:
        return _CONVERTER.structure(values, kind)
    except (ValueError, TypeError, BaseValidationError) as error:
        complaints = transform_error(error, "", lambda complaint, _: str(complaint))
        told = "; ".join(_path_first(complaint) for complaint in complaints)
        raise CheckpointError(f"{source} does not fit this version: {told}") from error


def first_difference(first: Any, second: Any, field: str = "") -> Difference | None:
    """Return where two plain configurations first differ, in the order of the first; None where they are the same."""
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        for name in [*first, *(name for name in second if name not in first)]:
            inner = f"{field}.{name}".lstrip(".")
            found = first_difference(first.get(name, NOTHING), second.get(name, NOTHING), inner)
            if found:
                return found
        return None
    return None if type(first) is type(second) and first == second else Difference(field, first, second)


def kind_of(settings: type) -> str:
    """Return what "kind" calls a settings class: ResidualMlpSettings is residual_mlp."""
    name = settings.__name__.removesuffix("Settings")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _path_first(complaint: str) -> str:
    message, _, path = complaint.rpartition(" @ ")
    return f"{path.lstrip('.')} {message}".lstrip()


def _is_choice(kind: Any) -> bool:
    """Return whether `kind` is a union of two or more settings classes, with or without None."""
    return get_origin(kind) in (Union, UnionType) and len(_choices(kind)) > 1


def _choices(kind: Any) -> list[type]:
    return [option for option in get_args(kind) if is_dataclass(option) and isinstance(option, type)]


def _structure_choice(kind: Any) -> Structure:
    named = {kind_of(option): option for option in _choices(kind)}

    def structure(values: Any, _: Any) -> Any:
        if values is None and type(None) in get_args(kind):
            return None
        values = _mapping(values)
        chosen = values.get(KIND, NOTHING)
        if chosen not in named:
            raise ValueError(f"{KIND} is {chosen!r}, {closest(str(chosen), named)}")
        rest = {name: value for name, value in values.items() if name != KIND}
        return _CONVERTER.structure(rest, named[chosen])

    return structure


def _structure_settings(kind: Any) -> Structure:
    """Return a hook that takes fields of the settings class and nothing more; what is not there is its default.

    So what was written before a field was added can still be read: a new field's default must be what was done before.
    """
    names = [field.name for field in fields(kind) if field.init]
    required = [field.name for field in fields(kind) if field.init and not _has_default(field)]
    inner = make_dict_structure_fn(kind, _CONVERTER)

    def structure(values: Any, _: Any) -> Any:
        unknown = [name for name in _mapping(values) if name not in names]
        if unknown:
            raise ValueError(f"{unknown[0]} is not known; {closest(unknown[0], names)}")
        missing = [name for name in required if name not in values]
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}")
        return inner(values, kind)

    return structure


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _mapping(values: Any) -> Mapping[str, Any]:
    if not isinstance(values, Mapping):
        raise ValueError(f"is {values!r}, expected names and values")
    return values


def _structure_literal(kind: Any) -> Structure:
    options = get_args(kind)

    def structure(value: Any, _: Any) -> Any:
        if not any(type(value) is type(option) and value == option for option in options):
            raise ValueError(f"is {value!r}, expected one of {', '.join(map(repr, options))}")
        return value

    return structure


def _unstructure_choice(kind: Any) -> Callable[[Any], Any]:
    for option in _choices(kind):
        if any(field.name == KIND for field in fields(option)):
            raise TypeError(f"{option.__name__} has a field {KIND}, which is how settings classes are told apart")

    def unstructure(settings: Any) -> Any:
        if settings is None:
            return None
        return {KIND: kind_of(type(settings)), **_CONVERTER.unstructure(settings)}

    return unstructure


def _exactly(expected: type, *also: type) -> Structure:
    """Return a hook that takes an `expected`, or one of `also` as one, and nothing that only could be made one."""

    def structure(value: Any, _: Any) -> Any:
        if type(value) not in (expected, *also):
            raise ValueError(f"is {value!r}, expected {expected.__name__}")
        return expected(value)

    return structure


_CONVERTER = Converter(unstruct_collection_overrides={tuple: list})
_CONVERTER.register_structure_hook_factory(is_dataclass)(_structure_settings)
_CONVERTER.register_structure_hook_factory(lambda kind: get_origin(kind) is Literal)(_structure_literal)
_CONVERTER.register_structure_hook_factory(_is_choice)(_structure_choice)
_CONVERTER.register_unstructure_hook_factory(_is_choice)(_unstructure_choice)
for _kind, _also in ((bool, ()), (int, ()), (float, (int,)), (str, ())):
    _CONVERTER.register_structure_hook(_kind, _exactly(_kind, *_also))
_CONVERTER.register_structure_hook(Path, lambda value, _: Path(value))
_CONVERTER.register_unstructure_hook(Path, str)

"""Values as plain JSON and back, bit by bit: dataclasses by their fields, arrays by their bytes."""

import base64
import binascii
import dataclasses
import math
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.errors import DiffpolError

Plain = Any
"""What json.dumps writes as it stands: None, bool, int, finite float, str, and lists and dicts of these."""

TAG, MAPPING, SHAPE = "=", "=map", "shape"
KINDS_OF_NUMBERS = "biuf"


class JournalError(DiffpolError):
    """A journal that cannot be written, or that is not what was written."""


class Codec:
    """Knows the dataclasses and enumerations that may occur in a journal; all others are refused."""

    def __init__(self, kinds: Iterable[type[Any]]) -> None:
        """Know `kinds`, by their names."""
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._names = {
            kind: tuple(field.name for field in dataclasses.fields(kind) if field.init)
            for kind in self._kinds.values()
            if dataclasses.is_dataclass(kind)
        }

    def fields(self, name: str) -> tuple[str, ...]:
        """Return the names of the fields of the dataclass `name`; none where it is no such."""
        return self._names.get(self._kinds.get(name, object), ())

    def plain(self, value: object) -> Plain:
        """Return `value` as plain JSON."""
        if value is None or isinstance(value, bool | str) or type(value) is int:
            return value
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else _plain_array(np.asarray(value, dtype=np.float64))
        if isinstance(value, np.ndarray | np.generic):
            return _plain_array(np.asarray(value))
        if isinstance(value, tuple | list):
            return [self.plain(item) for item in value]
        if isinstance(value, Mapping):
            return {MAPPING: [[self.plain(key), self.plain(item)] for key, item in value.items()]}
        return self._plain_object(value)

    def value(self, plain: Plain) -> Any:
        """Return what `plain` was made of, lists as tuples; JournalError where it is not from here."""
        if isinstance(plain, list):
            return tuple(self.value(item) for item in plain)
        if not isinstance(plain, dict):
            return plain
        tag: str = next(iter(plain), "")
        content: Plain = plain.get(tag)
        try:
            if tag == MAPPING:
                return {self.value(key): self.value(item) for key, item in content}
            return self._object(tag[1:], content) if tag.startswith(TAG) else array_of(plain)
        except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
            # Whatever a dataclass makes of fields that are not its own.
            raise JournalError(f"the journal holds a {tag!r} that cannot be read: {error}") from error

    def _plain_object(self, value: object) -> Plain:
        kind = type(value)
        if self._kinds.get(kind.__name__) is not kind:
            raise JournalError(f"a {kind.__name__} cannot be written down: the stage's kinds do not name it")
        if isinstance(value, Enum):
            return {TAG + kind.__name__: self.plain(value.value)}
        return {TAG + kind.__name__: [self.plain(getattr(value, name)) for name in self._names[kind]]}

    def _object(self, name: str, content: Plain) -> Any:
        kind = self._kinds.get(name)
        if kind is None:
            raise JournalError(f"the journal holds a {name}, which this version does not know")
        if kind not in self._names:
            return kind(self.value(content))
        # An earlier version knew fewer: those that came since stand last, and are by default what they were without.
        if len(content) > len(self._names[kind]):
            known = ", ".join(self._names[kind])
            raise JournalError(f"the journal's {name} has {len(content)} fields, this version's has {known}")
        return kind(*map(self.value, content))


def array_of(plain: Mapping[str, Plain]) -> NDArray[Any]:
    """Return the array that `plain` holds."""
    code = next(iter(plain), "")
    if code[:1] not in KINDS_OF_NUMBERS or not code:
        raise JournalError(f"the journal holds {code!r}, which is no kind of value")
    try:
        flat = np.frombuffer(base64.b64decode(plain[code], validate=True), dtype="<" + code)
        return flat.reshape(plain.get(SHAPE, [len(flat)]))
    except (binascii.Error, TypeError, ValueError) as error:
        raise JournalError(f"the journal holds an array that cannot be read: {error}") from error


def _plain_array(array: NDArray[Any]) -> Plain:
    if array.dtype.kind not in KINDS_OF_NUMBERS:
        raise JournalError(f"an array of {array.dtype} cannot be written down, only numbers can")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    plain: Plain = {array.dtype.str[1:]: base64.b64encode(array.tobytes()).decode()}
    if array.ndim != 1:
        plain[SHAPE] = list(array.shape)
    return plain

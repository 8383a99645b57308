"""Where two values differ first, by name, and by how much."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.journal.values import KINDS_OF_NUMBERS, TAG, Codec, Plain, array_of

ABSENT = object()
LONGEST = 120
_text_of = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True)
class Difference:
    """A field that is not the same bit by bit: its path, what it was `then` and is `now`.

    size: how far apart the two are, in the field's unit; not a number where they are no numbers.
    """

    field: str
    then: str
    now: str
    size: float = math.nan

    def __str__(self) -> str:
        """Return it as one line."""
        by = "" if math.isnan(self.size) else f", by {self.size:.3g}"
        return f"{self.field}: {self.then} then, {self.now} now{by}"


def first_difference(codec: Codec, then: Plain, now: Plain, field: str) -> Difference | None:
    """Return where plain values differ first, in the order of their fields, or None."""
    # Most are the same, which their texts tell at once: 0.0 is not -0.0 there, nor 1 True.
    if _text_of(then) == _text_of(now):
        return None
    return next(differences(codec, then, now, field), None)


def differences(codec: Codec, then: Plain, now: Plain, field: str) -> Iterator[Difference]:
    """Yield every place in which plain values differ, below the name `field`."""
    if type(then) is not type(now):
        yield _told(field, then, now)
    elif isinstance(then, list):
        for index, (left, right) in enumerate(zip_longest(then, now, fillvalue=ABSENT)):
            yield from differences(codec, left, right, f"{field}[{index}]")
    elif isinstance(then, dict):
        yield from _of_tagged(codec, then, now, field)
    elif then != now or (isinstance(then, float) and math.copysign(1.0, then) != math.copysign(1.0, now)):
        yield _told(field, then, now)


def _of_tagged(codec: Codec, then: dict[str, Plain], now: dict[str, Plain], field: str) -> Iterator[Difference]:
    tag = next(iter(then), "")
    if tag != next(iter(now), ""):
        yield _told(field, then, now)
    elif tag[:1] in KINDS_OF_NUMBERS:
        yield from _of_arrays(then, now, field)
    elif names := codec.fields(tag[1:]):
        for name, left, right in zip(names, then[tag], now[tag], strict=False):
            yield from differences(codec, left, right, f"{field}.{name}")
    else:
        yield from differences(codec, then.get(tag), now.get(tag), field)


def _of_arrays(then: dict[str, Plain], now: dict[str, Plain], field: str) -> Iterator[Difference]:
    left, right = array_of(then), array_of(now)
    if left.shape != right.shape:
        yield Difference(field, f"{left.shape}", f"{right.shape}")
        return
    for place in np.argwhere(_bits(left) != _bits(right)):
        index = tuple(map(int, place))
        yield _told(field + (f"[{', '.join(map(str, index))}]" if index else ""), left[index], right[index])


def _bits(array: NDArray[Any]) -> NDArray[Any]:
    return array.view(f"u{array.dtype.itemsize}")


def _told(field: str, then: Any, now: Any) -> Difference:
    numbers = [isinstance(each, int | float | np.number) and not isinstance(each, bool) for each in (then, now)]
    size = abs(float(now) - float(then)) if all(numbers) else math.nan
    return Difference(field, _shown(then), _shown(now), size)


def _shown(value: Any) -> str:
    if value is ABSENT:
        return "nothing"
    if isinstance(value, dict):
        tag = next(iter(value), "")
        return f"{tag.lstrip(TAG)} {value.get(tag)}"[:LONGEST]
    return repr(value.item() if isinstance(value, np.generic) else value)[:LONGEST]

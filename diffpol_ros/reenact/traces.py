"""What a stage decided over time, then and now: what a page of a replay draws. It goes from process to process."""

import math
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.types import Array
from diffpol_ros.replay.series import Stamps

DEGREES = math.degrees(1.0)
MOST = 4000
"""So many points of a trace are kept, however long the bag is."""


@dataclass(frozen=True, eq=False)
class Course:
    """Numbers of some entries over time, at `stamps_ns` (n,)."""

    name: str
    unit: str
    entries: tuple[str, ...]
    stamps_ns: Stamps


@dataclass(frozen=True, eq=False)
class Trace(Course):
    """Numbers as they were `then` and are `now`, (n, entries); NaN where there was none."""

    then: Array
    now: Array

    def in_unit(self, unit: str, scale: float) -> "Trace":
        """Return it in another unit, of which one of its own has `scale`."""
        return replace(self, unit=unit, then=scale * self.then, now=scale * self.now)

    def apart(self, unit: str, scale: float, name: str = "") -> "Apart":
        """Return by how much it is more now, in a unit of which one of its own has `scale`."""
        told = name or f"{self.name}, now minus then"
        return Apart(told, unit, self.entries, self.stamps_ns, scale * (self.now - self.then))


@dataclass(frozen=True, eq=False)
class Apart(Course):
    """How far what is decided now is from then, (n, entries)."""

    values: Array


@dataclass(frozen=True)
class Word:
    """What was said from `stamp_ns` on, until the next: its name, such as hold.no_chunk, and the reason."""

    stamp_ns: int
    name: str
    text: str


@dataclass
class Words:
    """What was said then and is said now, and until when [ns]; a name that is said again is the same word."""

    then: list[Word] = field(default_factory=list)
    now: list[Word] = field(default_factory=list)
    end_ns: int = 0

    def add(self, then: Word, now: Word) -> None:
        """Take the next."""
        self.end_ns = max(then.stamp_ns, now.stamp_ns)
        for words, word in ((self.then, then), (self.now, now)):
            if not words or words[-1].name != word.name:
                words.append(word)


@dataclass
class Decided:
    """When each decision was made [ns], and whether it differs."""

    stamps_ns: "array[int]" = field(default_factory=lambda: array("q"))
    differs: bytearray = field(default_factory=bytearray)

    def add(self, stamp_ns: int, differs: bool) -> None:
        """Take the next."""
        self.stamps_ns.append(stamp_ns)
        self.differs.append(differs)


@dataclass(frozen=True, eq=False)
class Traces:
    """Those of one stage. replaced: what of its setup is not as recorded, because somebody asked for that."""

    decided: Decided
    replaced: tuple[Difference, ...] = ()
    courses: tuple[Trace | Apart, ...] = ()
    gate: Words | None = None


class Collector(ABC):
    """Collects the traces of a stage while it is run again; each stage has its own courses."""

    def __init__(self) -> None:
        """Have nothing yet."""
        self.decided, self._replaced = Decided(), dict[Difference, None]()

    def replace(self, settings: Iterable[Difference]) -> None:
        """Take note of what of a setup is not as recorded."""
        self._replaced.update(dict.fromkeys(settings))

    def traces(self) -> Traces:
        """Return all that was collected."""
        return Traces(self.decided, tuple(self._replaced), self.courses(), self.gate())

    @abstractmethod
    def courses(self) -> tuple[Trace | Apart, ...]:
        """Return what the stage decided over time."""

    def gate(self) -> Words | None:
        """Return what the gate said, of a stage that has one."""
        return None


class Rows:
    """Collects numbers over time, then and now, in little memory."""

    def __init__(self, entries: int) -> None:
        """Take `entries` numbers of either at a time."""
        self._stamps, self._numbers, self._none = array("q"), array("d"), (np.nan,) * entries

    def add(self, stamp_ns: int, then: Sequence[float] | None, now: Sequence[float] | None) -> None:
        """Take the next; None where there was none."""
        self._stamps.append(stamp_ns)
        for numbers in (then, now):
            self._numbers.extend(self._none if numbers is None else numbers)

    def trace(self, name: str, unit: str, entries: Sequence[str]) -> Trace:
        """Return what was collected, thinned to MOST points: of neighbours stays the one that changed most."""
        both = np.array(self._numbers, dtype=np.float64).reshape(len(self._stamps), 2, len(self._none))
        kept = _kept(both[:, 0], both[:, 1])
        stamps_ns = np.array(self._stamps, dtype=np.int64)[kept]
        return Trace(name, unit, tuple(entries), stamps_ns, both[kept, 0], both[kept, 1])


def _kept(then: Array, now: Array) -> NDArray[np.intp]:
    if len(then) <= MOST:
        return np.arange(len(then))
    apart = np.nan_to_num(np.abs(now - then), nan=-1.0)
    changed = np.where(np.isnan(then) != np.isnan(now), np.inf, apart).max(axis=1)
    edges = np.linspace(0, len(then), MOST + 1).astype(np.intp).tolist()
    return np.array([start + int(np.argmax(changed[start:end])) for start, end in pairwise(edges)])

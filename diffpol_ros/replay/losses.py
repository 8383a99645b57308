"""What a recorder lost, topic by topic, as one JSON text on `recording/losses`.

It is written when something more is lost, and once more at the end: the last one holds everything.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.message_types import TEXT

TOPIC, TYPE = "recording/losses", TEXT


@dataclass(frozen=True)
class Loss:
    """Messages of a topic that are not in the bag, though they were sent between `since_ns` and `until_ns` [ns].

    dropped: by the recorder, whose backlog was full. missed: they never arrived there.
    """

    topic: str
    dropped: int
    missed: int
    since_ns: int
    until_ns: int


@dataclass(frozen=True)
class Losses:
    """All that a recorder knows to have lost so far; ended: it has ended in order, and there will be no more."""

    each: tuple[Loss, ...] = ()
    ended: bool = False

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str, source: str) -> "Losses":
        """Read what `to_text` wrote; `source` names it in errors."""
        try:
            told = json.loads(text)
            return cls(tuple(Loss(**each) for each in told["each"]), bool(told["ended"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ResourceError(f"{source}: cannot be read: {error!r}") from error


class LossBook:
    """Notes between which looks at a recorder's counters these have grown."""

    def __init__(self, begun_ns: int) -> None:
        """Begin at a time [ns] at which nothing was lost."""
        self._losses: dict[str, Loss] = {}
        self._looked_ns = begun_ns

    def note(self, dropped: Mapping[str, int], missed: Mapping[str, int], now_ns: int) -> bool:
        """Take the counts of each topic as they are at `now_ns`; return whether any is another than before."""
        before = dict(self._losses)
        for topic in {**dropped, **missed}:
            counts, known = (dropped.get(topic, 0), missed.get(topic, 0)), before.get(topic)
            if known is None or (known.dropped, known.missed) != counts:
                since_ns = known.since_ns if known else self._looked_ns
                self._losses[topic] = Loss(topic, *counts, since_ns, now_ns)
        self._looked_ns = now_ns
        return self._losses != before

    def losses(self, *, ended: bool) -> Losses:
        """Return all of them."""
        return Losses(tuple(self._losses.values()), ended)

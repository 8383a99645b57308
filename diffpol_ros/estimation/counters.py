"""What the estimator saw and what it refused, since it started."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class Counters:
    """What came, by name or id.

    frames: by camera; late: those of them that came after newer ones. tags: found, by id, those of no object included.
    unknown: tags of no object, by id. refused: by reason, measurements of an object or frames that did not become an
    estimate; "time_set_back" is how often everything from before was.
    """

    frames: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    tags: Counter[int] = field(default_factory=Counter)
    unknown: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def values(self) -> Mapping[str, int]:
        """Return all of it as flat names and numbers, for diagnostics."""
        flat = {f"frames.{name}": count for name, count in sorted(self.frames.items())}
        flat.update({f"late.{name}": count for name, count in sorted(self.late.items())})
        flat.update({"tags": self.tags.total(), "unknown_tags": self.unknown.total()})
        flat.update({f"unknown_tags.{tag}": count for tag, count in sorted(self.unknown.items())})
        flat.update({f"refused.{reason}": count for reason, count in sorted(self.refused.items())})
        return flat

"""What is in a bag, counted: rates, gaps, losses, and what was recorded of the run itself."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.about import TOPIC, About
from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.loss_watch import Lacking, LossWatch
from diffpol_ros.replay.message_types import TEXT
from diffpol_ros.replay.series import Stamps


@dataclass(frozen=True, eq=False)
class TopicSummary:
    """One topic. received_ns: when each message was, in the order of the file [ns]. size_bytes: of all messages."""

    name: str
    type_name: str
    received_ns: Stamps
    size_bytes: int

    @property
    def count(self) -> int:
        """Return how many messages there are."""
        return len(self.received_ns)

    @property
    def rate_hz(self) -> float:
        """Return the mean rate [Hz]; 0 of fewer than two messages."""
        span = int(self.received_ns.max() - self.received_ns.min())
        return (self.count - 1) * 1e9 / span if span > 0 else 0.0

    @property
    def longest_gap_s(self) -> float:
        """Return the longest time between two messages [s]; 0 of fewer than two messages."""
        return float(np.diff(np.sort(self.received_ns)).max()) * 1e-9 if self.count > 1 else 0.0

    @property
    def backwards(self) -> int:
        """Return how many messages are older than the one before them: a clock was set, or recorders wrote at once."""
        return int((np.diff(self.received_ns) < 0).sum())


@dataclass(frozen=True, eq=False)
class BagSummary:
    """A bag. lacking: what is known not to be in it, though it was sent."""

    files: tuple[Path, ...]
    size_bytes: int
    topics: tuple[TopicSummary, ...]
    about: About | None
    lacking: Lacking
    complaints: tuple[str, ...]

    @property
    def messages(self) -> int:
        """Return how many messages there are."""
        return sum(topic.count for topic in self.topics)

    @property
    def span_ns(self) -> tuple[int, int]:
        """Return when the first and the last message were received [ns]; zeros without any."""
        if not self.topics:
            return 0, 0
        return (
            min(int(topic.received_ns.min()) for topic in self.topics),
            max(int(topic.received_ns.max()) for topic in self.topics),
        )


@dataclass
class _Topic:
    type_name: str
    received_ns: list[int] = field(default_factory=list)
    size_bytes: int = 0


def summarize_bag(path: Path) -> BagSummary:
    """Read the bag once and count."""
    bag = BagReader(path)
    topics: dict[str, _Topic] = {}
    watch = LossWatch()
    told: Record | None = None
    for record in watch.watched(bag.records()):
        topic = topics.setdefault(record.topic, _Topic(record.type_name))
        topic.received_ns.append(record.log_ns)
        topic.size_bytes += len(record.data)
        if record.topic.endswith(f"/{TOPIC}"):
            told = record
    about, why = _about(told)
    return BagSummary(
        files=bag.files,
        size_bytes=sum(file.stat().st_size for file in bag.files),
        topics=tuple(
            TopicSummary(name, one.type_name, np.array(one.received_ns, dtype=np.int64), one.size_bytes)
            for name, one in sorted(topics.items())
        ),
        about=about,
        lacking=watch.lacking(),
        complaints=(*bag.complaints, *why),
    )


def _about(told: Record | None) -> tuple[About | None, tuple[str, ...]]:
    if told is None:
        return None, ()
    try:
        return About.from_text(told.message_of(TEXT).data, told.topic), ()
    except ResourceError as error:
        return None, (str(error),)

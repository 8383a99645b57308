"""Several stages of a bag run again, side by side where there are processors for that."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from diffpol_ros.core.journal.values import JournalError
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.estimation import replay_estimation
from diffpol_ros.reenact.options import ImageBag, ReplayOptions
from diffpol_ros.reenact.policy import replay_policy
from diffpol_ros.reenact.result import ReplayError, StageResult
from diffpol_ros.replay.bag_copy import copy_bag
from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.image_topics import SUFFIXES

REPLAYS: dict[str, Callable[[Path, ReplayOptions], StageResult]] = {
    "estimation": replay_estimation,
    "policy": replay_policy,
    "control": replay_control,
}


@dataclass(frozen=True)
class Replayed:
    """What came of some stages of a bag, which was recorded from the first to the last of `span_ns` [ns].

    refusals: why others cannot be judged. complaints: what is wrong with the files.
    """

    span_ns: tuple[int, int]
    results: tuple[StageResult, ...]
    refusals: tuple[str, ...]
    complaints: tuple[str, ...]


@dataclass(frozen=True)
class _Excerpt:
    """A copy of a bag without the images, their topics, and from when to when it was recorded [ns]."""

    bag: Path
    image_topics: frozenset[str]
    span_ns: tuple[int, int]


def replay_stages(bag: Path, options: ReplayOptions, stages: Sequence[str]) -> Replayed:
    """Run `stages` of `bag` again."""
    reader = BagReader(bag)
    with _excerpt(reader) as excerpt:
        given = replace(options, images=ImageBag(bag, excerpt.image_topics))
        outcomes = _side_by_side(excerpt.bag, given, stages)
    results = tuple(each for each in outcomes if isinstance(each, StageResult))
    refusals = tuple(each for each in outcomes if isinstance(each, str))
    return Replayed(excerpt.span_ns, results, refusals, reader.complaints)


@contextmanager
def _excerpt(bag: BagReader) -> Iterator[_Excerpt]:
    """Give a copy without the images: it is read many times, and they are most of a bag."""
    topics: set[str] = set()
    first_ns = last_ns = 0

    def without_images(record: Record) -> bytes | None:
        nonlocal first_ns, last_ns
        first_ns, last_ns = first_ns or record.log_ns, record.log_ns
        if not record.topic.endswith(SUFFIXES):
            return record.data
        topics.add(record.topic)
        return None

    with TemporaryDirectory(prefix="diffpol-replay-") as scratch:
        folder = Path(scratch) / "bag"
        copy_bag(bag, folder, without_images)
        yield _Excerpt(folder, frozenset(topics), (first_ns, last_ns))


def _side_by_side(bag: Path, options: ReplayOptions, stages: Sequence[str]) -> list[StageResult | str]:
    count = min(len(stages), len(os.sched_getaffinity(0)))
    if count <= 1:
        return [_replay(stage, bag, options) for stage in stages]
    # Ctrl-C ends them at once, without a word: the parent has it.
    ending = signal.signal, (signal.SIGINT, signal.SIG_DFL)
    with ProcessPoolExecutor(count, get_context("spawn"), *ending) as pool:
        waiting = [pool.submit(_replay, stage, bag, options) for stage in stages]
        return [each.result() for each in waiting]


def _replay(stage: str, bag: Path, options: ReplayOptions) -> StageResult | str:
    """Return what came of a stage, or why it cannot be judged."""
    try:
        return REPLAYS[stage](bag, options)
    except (ReplayError, JournalError) as error:
        return f"{stage}: {error}"

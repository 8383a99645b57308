"""Looks that are looked again: where the bag has the image, what was found in it then is not taken but found anew."""

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, field
from typing import Protocol, TypeVar

from diffpol_ros.core.journal.difference import Difference, first_difference
from diffpol_ros.core.journal.outside import Outside
from diffpol_ros.core.journal.values import Codec
from diffpol_ros.estimation.desk import LOOKED, Outcome
from diffpol_ros.estimation.detection.memory import Memory, Remembering
from diffpol_ros.estimation.look import Frame, Look
from diffpol_ros.estimation.stage import EstimationStage

Answer = TypeVar("Answer")


class Finding(Protocol):
    """Where the images of a camera are found."""

    def find(self, exposed_ns: int, known: int) -> Frame | None:
        """Return the image of a stamp and checksum."""
        ...

    def misdated(self, exposed_ns: int, known: int) -> int | None:
        """Return the other stamp under which it is there."""
        ...

    def altered(self, exposed_ns: int) -> bool:
        """Return whether another image has that stamp."""
        ...

    def lossy(self, exposed_ns: int) -> bool:
        """Return whether it is there after lossy compression."""
        ...


@dataclass
class _Seen:
    """What is known of one camera's detector: its memories, and whether it has them itself."""

    newest: Memory | None = None
    before: Memory | None = None
    itself: bool = True


@dataclass
class Tally:
    """How many looks were made again, and how many of them found something else.

    taken: from the journal, for lack of the image. altered, lossy: of these, where another image has its stamp, and
    where the image is there after lossy compression.
    """

    again: int = 0
    differing: int = 0
    taken: int = 0
    altered: int = 0
    lossy: int = 0

    def plus(self, other: "Tally") -> "Tally":
        """Return both together."""
        return Tally(*(sum(pair) for pair in zip(astuple(self), astuple(other), strict=True)))


@dataclass
class SeeingAgain:
    """The outside of the replayed stage: the journal's, but for what cameras saw."""

    outside: Outside
    stage: EstimationStage
    codec: Codec
    pictures: Mapping[str, Finding]
    tally: Tally = field(default_factory=Tally)
    difference: Difference | None = None
    _seen: dict[str, _Seen] = field(default_factory=dict)

    def ask(self, question: str, answer: Callable[[], Answer], *told: object) -> Answer:
        """Return what came of `question` then, or what comes of it now where that is an image looked at."""
        heard = self.outside.ask(question, answer, *told)
        return self._again(heard) if question == LOOKED and isinstance(heard, Outcome) else heard  # type: ignore[return-value]

    def take_difference(self) -> Difference | None:
        """Return where a look first differed since the last time."""
        found, self.difference = self.difference, None
        return found

    def _again(self, outcome: Outcome) -> Outcome:
        then, seen = outcome.look, self._seen.setdefault(outcome.look.camera, _Seen())
        frame = self._frame(then)
        if frame is None or self._hangs_unseen(then, seen):
            self.tally.taken += 1
            seen.itself = False
            self._remember(then, seen)
            return outcome
        self._recall(then.camera, seen)
        now = self.stage.sight(frame)
        difference = first_difference(self.codec, self.codec.plain(then), self.codec.plain(now), "look")
        self._differ(difference)
        self.tally.again += 1
        self.tally.differing += difference is not None
        seen.itself = True
        self._remember(then, seen)
        return Outcome(outcome.era, outcome.took_ns, now)

    def _frame(self, look: Look) -> Frame | None:
        pictures = self.pictures.get(look.camera)
        if pictures is None:
            return None
        frame = pictures.find(look.stamp_ns, look.checksum)
        if frame is None:
            self.tally.altered += pictures.altered(look.stamp_ns)
            self.tally.lossy += pictures.lossy(look.stamp_ns)
            other_ns = pictures.misdated(look.stamp_ns, look.checksum)
            if other_ns is not None:
                field, size = f"camera/{look.camera}/image_raw.stamp_ns", float(abs(other_ns - look.stamp_ns))
                self._differ(Difference(field, str(look.stamp_ns), str(other_ns), size))
        return frame

    def _hangs_unseen(self, look: Look, seen: _Seen) -> bool:
        """Return whether it was refused by an image that the bag does not have."""
        return not seen.itself and look.sighting is None

    def _recall(self, camera: str, seen: _Seen) -> None:
        """Give the detector what it would remember, where it did not see the image before."""
        eye = self.stage.eyes[camera]
        if not seen.itself and seen.newest is not None and isinstance(eye.detector, Remembering):
            size = eye.calibration.height, eye.calibration.width
            eye.detector.recall(seen.newest, seen.before, size)

    def _remember(self, look: Look, seen: _Seen) -> None:
        if look.memory is not None and (look.sighting is not None or not _same(look.memory, seen.newest)):
            seen.newest, seen.before = look.memory, seen.newest

    def _differ(self, difference: Difference | None) -> None:
        self.difference = self.difference or difference


def _same(one: Memory, other: Memory | None) -> bool:
    if other is None or (one.ids, one.since_whole) != (other.ids, other.since_whole):
        return False
    return one.corners.tobytes() == other.corners.tobytes()

"""What may be chosen of a replay."""

from dataclasses import dataclass
from pathlib import Path

from diffpol_ros.replay.image_topics import image_topics


@dataclass(frozen=True)
class ImageBag:
    """A bag that has images, on `topics` and on no others."""

    path: Path
    topics: frozenset[str]

    def of(self, topic: str) -> bool:
        """Return whether it has those that were sent on `topic`."""
        return not self.topics.isdisjoint(image_topics(topic))


@dataclass(frozen=True)
class ReplayOptions:
    """Empty texts and None mean: as it was recorded. Anything else asks what would have been with it, open loop.

    namespace: of the graph's topics. parameters: a file as in launch/params. robot, model, calibration: names of
    resources, or paths. images: where they are, if not in the bag itself. traced: whether traces are kept for a page.
    """

    namespace: str = ""
    parameters: Path | None = None
    robot: str = ""
    model: str = ""
    calibration: str = ""
    images: ImageBag | None = None
    traced: bool = False

    def topic(self, name: str) -> str:
        """Return the full name of a topic of the graph."""
        return f"/{self.namespace.strip('/')}/{name}" if self.namespace.strip("/") else f"/{name}"

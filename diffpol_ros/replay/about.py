"""What a bag says of the run it was recorded from: parameters, calibration, bundles and code, as one JSON text.

The recorder writes it on `recording/about`, and again whenever it knows more: the last one holds everything.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.message_types import TEXT

TOPIC, TYPE = "recording/about", TEXT
VERSION = 1


@dataclass(frozen=True)
class Code:
    """What ran: sha256 is over every Python file of the package, commit that of the checkout, if it was one."""

    version: str = ""
    sha256: str = ""
    commit: str = ""
    python: str = ""
    machine: str = ""
    libraries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RecordedFile:
    """A small file that a parameter names, whole: kind is its folder, such as "calibration/cameras"."""

    kind: str
    name: str
    path: str
    sha256: str
    text: str


@dataclass(frozen=True)
class RecordedBundle:
    """A policy bundle: the sha256 of each of its files."""

    name: str
    path: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class About:
    """What is needed, beside the messages, to make every decision again.

    nodes: each node's parameters, by its full name. complaints: what the recorder could not find or ask.
    """

    code: Code = field(default_factory=Code)
    nodes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    files: tuple[RecordedFile, ...] = ()
    bundles: tuple[RecordedBundle, ...] = ()
    complaints: tuple[str, ...] = ()
    version: int = VERSION

    def to_text(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_text(cls, text: str, source: str) -> "About":
        """Read what `to_text` wrote; `source` names it in errors."""
        try:
            told = json.loads(text)
            if told["version"] != VERSION:
                raise ResourceError(f"{source}: is version {told['version']}, this package reads version {VERSION}")
            return cls(
                Code(**told["code"]),
                told["nodes"],
                tuple(RecordedFile(**each) for each in told["files"]),
                tuple(RecordedBundle(**each) for each in told["bundles"]),
                tuple(told["complaints"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ResourceError(f"{source}: cannot be read: {error!r}") from error


def read_about(bag: BagReader, namespace: str = "") -> About | None:
    """Return what the recorder of `bag` told last; None where it told nothing, as `ros2 bag record` does not."""
    topic = f"/{namespace.strip('/')}/{TOPIC}" if namespace.strip("/") else f"/{TOPIC}"
    last = None
    for record in bag.records([topic]):
        last = record
    return About.from_text(last.message_of(TEXT).data, f"{bag.folder}: {topic}") if last else None

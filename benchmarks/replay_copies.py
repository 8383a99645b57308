"""Copies of a bag, of its policy and of its calibration, each with one change."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.replay_changes import Scribe, camera_moved, later, rewritten, with_bit_turned
from diffpol_ros.core.journal.reading import Recorded
from diffpol_ros.core.journal.values import Plain
from diffpol_ros.core.settings_text import settings_text
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.policy.manifest.manifest import MANIFEST, load_manifest
from diffpol_ros.policy.manifest.writer import write_manifest
from diffpol_ros.reenact.calibrations import CAMERAS
from diffpol_ros.replay.bag_copy import copy_bag
from diffpol_ros.replay.bag_reader import BagReader, Record
from diffpol_ros.replay.schemas import encode

TEXT = "std_msgs/msg/String"


@dataclass(frozen=True)
class JournalLine:
    """A line, by its journal and its number."""

    identity: str
    number: int


Edit = Callable[[Record], bytes]
"""Returns what a message of the copy says."""


def edited_copy(bag: Path, folder: Path, edits: Mapping[str, Edit], kept: Callable[[str], bool]) -> Path:
    """Write the topics of `bag` that are `kept` into `folder`, messages of some topics edited; return `folder`."""

    def data_of(record: Record) -> bytes | None:
        if not kept(record.topic):
            return None
        edit = edits.get(record.topic)
        return record.data if edit is None else edit(record)

    copy_bag(BagReader(bag), folder, data_of)
    return folder


class Shift:
    """Dates the message number `place` of a topic later by `by_ns` [ns]."""

    def __init__(self, place: int, by_ns: int) -> None:
        """Have seen no message yet."""
        self._place, self._by_ns, self._seen = place, by_ns, 0

    def __call__(self, record: Record) -> bytes:
        """Return the next message of the topic."""
        chosen, self._seen = self._seen == self._place, self._seen + 1
        return encode(later(record.message, self._by_ns), record.type_name) if chosen else record.data


class Forgery:
    """Rewrites one line of a journal; sealed: with hashes that fit again, in it and in all lines after it."""

    def __init__(self, line: JournalLine | None, change: Callable[[list[Plain]], None], *, sealed: bool) -> None:
        """Choose a line, or none."""
        self._start, self._change = f"C {line.identity} {line.number} " if line else None, change
        self._scribe = Scribe() if sealed else None

    def __call__(self, record: Record) -> bytes:
        """Return the next message of the journal's topic."""
        told = record.message
        text = "\n".join(map(self._line, told.data.splitlines()))
        return encode(replace(told, data=self._scribe.seal(text) if self._scribe else text), TEXT)

    def _line(self, line: str) -> str:
        chosen = self._start is not None and line.startswith(self._start)
        return rewritten(line, self._change) if chosen else line


def turned_bundle(bundle: Path, folder: Path, place: int, bit: int, *, sealed: bool) -> Path:
    """Copy a policy whose weight `place` has another `bit`; sealed: with hashes that fit again; return the folder."""
    shutil.copytree(bundle, folder)
    manifest = load_manifest(folder / MANIFEST)
    network = folder / manifest.networks.file
    network.write_bytes(with_bit_turned(network.read_bytes(), place, bit))
    if sealed:
        write_manifest(folder, manifest)
    return folder


def moved_calibration(camera: CameraCalibration, folder: Path, along_x: float) -> Path:
    """Write a calibration in which `camera` stands elsewhere by so much [m]; return its folder."""
    (folder / CAMERAS).mkdir(parents=True)
    text = settings_text(camera_moved(camera, along_x))
    (folder / CAMERAS / f"{camera.name}.yaml").write_text(text, encoding="utf-8")
    return folder


def line_amid(recorded: Recorded, fits: Callable[[str], bool]) -> JournalLine | None:
    """Return the line in the middle of those that fit, by what stands in them."""
    lines = [each for stretch in recorded.stretches for each in stretch.sealed if fits(each.body)]
    return JournalLine(lines[len(lines) // 2].identity, lines[len(lines) // 2].number) if lines else None

"""What is changed of a bag, of its policy and of its calibration, so that a replay may notice it."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.replay_changes import count_weights
from benchmarks.replay_copies import Edit, Forgery, Shift, edited_copy, line_amid, moved_calibration, turned_bundle
from diffpol_ros.bridge.setup import STAGE as BRIDGE
from diffpol_ros.core.journal.reading import Recorded
from diffpol_ros.core.journal.values import Plain
from diffpol_ros.estimation.journaled import STAGE as ESTIMATION
from diffpol_ros.policy.manifest.manifest import load_manifest
from diffpol_ros.policy.stage.journaled import STAGE as POLICY
from diffpol_ros.reenact.estimation_run import Rig
from diffpol_ros.reenact.journals import stage_journals
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.policy_bundles import recorded_bundle
from diffpol_ros.reenact.policy_records import InferenceRecord, read_records
from diffpol_ros.reenact.policy_run import runtime_of, setup_of
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.image_topics import SUFFIXES

LOW, HIGH, HIGHEST = 0, 22, 30
"""Bits of a float32: the least and the greatest of its mantissa, and the greatest of its exponent."""
SHIFT_M, SHIFT_NS = 1e-4, 1_000_000
STAMPED = (
    *(("/camera/", "estimation"), ("/objects/", "estimation"), ("/action_chunk", "policy")),
    *(("/joint_states", "control"), ("/end_effector_pose", "control"), ("/joint_targets", "control")),
    ("/gate", "control"),
)
JOURNALS = {BRIDGE: "/bridge/journal", ESTIMATION: "/estimation/journal", POLICY: "/policy/journal"}
POSES = "/pose"
STATE_OF_POLICY = re.compile(r'\[\d+,"robot",\[(\d+),')


@dataclass(frozen=True)
class Tried:
    """A change, and by which stage of which bag, run how, it is to be noticed."""

    change: str
    stage: str
    bag: Path
    options: ReplayOptions = field(default_factory=ReplayOptions)


class Subject:
    """A bag that is tried; copies of it live as long as they are looked at."""

    def __init__(self, bag: Path) -> None:
        """Count what is in it."""
        self.bag, self.begun_ns = bag, 0
        self.counts: Counter[str] = Counter()
        for record in BagReader(bag).records():
            self.begun_ns = self.begun_ns or record.log_ns
            self.counts[record.topic] += 1

    def changes(self, weights: int, seed: int) -> Iterator[Tried]:
        """Yield all changes, one after the other."""
        yield from self.none()
        yield from self.networks(weights, np.random.default_rng(seed))
        yield from self.cameras()
        yield from self.stamps()
        yield from self.answers()

    def none(self) -> Iterator[Tried]:
        """Yield a copy in which nothing was changed by the same means: nothing must be found in it."""
        edits: dict[str, Edit] = {topic: Forgery(None, _nothing, sealed=True) for topic in JOURNALS.values()}
        edits |= {topic: Shift(0, 0) for topic, _ in self._stamped()}
        with self._copy(edits) as copy:
            yield from (Tried("nothing, copied", stage, copy) for stage in ("estimation", "policy", "control"))

    def networks(self, weights: int, random: np.random.Generator) -> Iterator[Tried]:
        """Yield the policy with one bit of one weight turned, `weights` weights for each of three bits."""
        bundle = self._bundle()
        network = (bundle / load_manifest(bundle / "manifest.yaml").networks.file).read_bytes()
        count = count_weights(network)
        for bit in (LOW, HIGH, HIGHEST):
            for place in random.integers(count, size=weights):
                what = f"bit {bit} of weight {place} of {count}"
                yield from self._turned(f"{what}, hashes made to fit", bundle, int(place), bit, sealed=True)
        yield from self._turned("bit 0 of weight 0, hashes as they were", bundle, 0, LOW, sealed=False)

    def cameras(self) -> Iterator[Tried]:
        """Yield the calibration with each camera in turn a tenth of a millimetre away."""
        for camera in Rig.of(self._journal(ESTIMATION).head.setup).cameras:
            with TemporaryDirectory(prefix="replay-") as scratch:
                folder = moved_calibration(camera, Path(scratch) / "calibration", SHIFT_M)
                what = f"camera {camera.name} {1e3 * SHIFT_M:g} mm along x"
                yield Tried(what, "estimation", self.bag, ReplayOptions(calibration=str(folder)))

    def stamps(self) -> Iterator[Tried]:
        """Yield the bag with the message amid each stamped topic dated a millisecond later."""
        for topic, stage in self._stamped():
            with self._copy({topic: Shift(self.counts[topic] // 2, SHIFT_NS)}) as copy:
                yield Tried(f"1 ms in the stamp of one {topic}", stage, copy)

    def answers(self) -> Iterator[Tried]:
        """Yield the bag with what the robot answered dated so in a journal, its hashes as they were or made to fit."""
        robot = line_amid(self._journal(BRIDGE), lambda body: '"state"' in body and '"=Command"' in body)
        seen = {stamp for record in read_records(BagReader(self.bag), ReplayOptions()) for stamp in _frames(record)}
        state = line_amid(self._journal(POLICY), lambda body: _stamp_of_state(body) in seen)
        for what, stage, journal, line, change in (
            ("robot's answer in the bridge's", "control", BRIDGE, robot, _answer_later),
            ("robot's state in the policy's", "policy", POLICY, state, _state_later),
        ):
            for sealed in (False, True) if line is not None else ():
                forgery = Forgery(line, change, sealed=sealed)
                with self._copy({JOURNALS[journal]: forgery}) as copy:
                    hashes = "made to fit" if sealed else "as they were"
                    yield Tried(f"1 ms in the {what} journal, hashes {hashes}", stage, copy)

    def _turned(self, what: str, bundle: Path, place: int, bit: int, *, sealed: bool) -> Iterator[Tried]:
        with TemporaryDirectory(prefix="replay-") as scratch:
            folder = turned_bundle(bundle, Path(scratch) / bundle.name, place, bit, sealed=sealed)
            yield Tried(what, "policy", self.bag, ReplayOptions(model=str(folder)))

    @contextmanager
    def _copy(self, edits: dict[str, Edit]) -> Iterator[Path]:
        """Give a copy without images, but for those of a topic that is edited alone."""
        kept = edits if len(edits) == 1 else {}
        with TemporaryDirectory(prefix="replay-") as scratch:
            yield edited_copy(
                self.bag, Path(scratch) / "bag", edits, lambda topic: topic in kept or not topic.endswith(SUFFIXES)
            )

    def _stamped(self) -> Iterator[tuple[str, str]]:
        for start, stage in STAMPED:
            for topic in sorted(self.counts):
                kinds = (*SUFFIXES, POSES) if start.endswith("/") else ("",)
                if topic.startswith(start) and topic.endswith(kinds):
                    yield topic, stage

    def _journal(self, stage: str) -> Recorded:
        return stage_journals(self.bag, JOURNALS[stage], stage)[0]

    def _bundle(self) -> Path:
        setup = setup_of(self._journal(POLICY).head.setup)
        return recorded_bundle(setup.digest, setup.model, setup.models, runtime_of(setup)).path


def _nothing(said: list[Plain]) -> None:
    """Change nothing."""


def _answer_later(said: list[Plain]) -> None:
    answer = next(answer for question, _, answer in said[3] if question == "state")
    answer["=RobotState"][0] += SHIFT_NS


def _state_later(said: list[Plain]) -> None:
    said[2][0] += SHIFT_NS


def _stamp_of_state(body: str) -> int:
    found = STATE_OF_POLICY.match(body)
    return int(found[1]) if found else 0


def _frames(record: InferenceRecord) -> list[int]:
    return [int(stamp) for stamp in record.values.get("frame_stamps_ns", "").split()]

"""The policy run again: every inference from its record, and every decision of the stage from its journal."""

import time
from functools import partial
from pathlib import Path

from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.reading import Recorded, Stretch
from diffpol_ros.core.journal.transcript import Played
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.records.fields import Vectors
from diffpol_ros.policy.stage.journaled import STAGE, Setup
from diffpol_ros.reenact.journals import other_build, stage_journals
from diffpol_ros.reenact.judging import Judging
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.policy_bundles import asked_bundle, recorded_bundle
from diffpol_ros.reenact.policy_changes import PolicyChanges
from diffpol_ros.reenact.policy_images import SeenImages, Sight
from diffpol_ros.reenact.policy_records import InferenceRecord, chunk_differences, infer_again, read_records
from diffpol_ros.reenact.policy_run import WITH_CONSEQUENCES, PolicyRun, runtime_of, setup_of
from diffpol_ros.reenact.policy_traces import PolicyTraces
from diffpol_ros.reenact.result import ReplayError, StageResult
from diffpol_ros.replay.bag_reader import BagReader

TOPIC = "policy/journal"


def replay_policy(bag: Path, options: ReplayOptions) -> StageResult:
    """Run the policy of `bag` again; with another model, open loop: what it says to the same observations."""
    replay = _Replay(bag, options)
    began_s = time.perf_counter()
    if options.model:
        replay.ask_another()
    else:
        replay.infer_all()
        replay.run_journals()
    return replay.result(time.perf_counter() - began_s)


class _Replay:
    """What is known of a bag, and what came of it so far."""

    def __init__(self, path: Path, options: ReplayOptions) -> None:
        self._path, self._options, self._bag = path, options, BagReader(path)
        self._records = read_records(self._bag, options)
        self._journals = self._read_journals()
        if not self._records and not self._journals:
            raise ReplayError("the bag has neither records of inferences nor a journal of the policy")
        self._traces = PolicyTraces() if options.traced else None
        self._judging, self._changes = Judging.of(self._traces), PolicyChanges()
        self._sights: dict[str, Sight] = {}
        self._complaints: list[str] = []
        self._notes: list[str] = []

    def ask_another(self) -> None:
        """Ask another policy what was asked then: the same observations, seeds and promises."""
        bundle = asked_bundle(self._options.model, None)
        self._notes.append(f"open loop: {bundle.manifest.name} ({bundle.digest[:12]}…) sees what was observed then")
        if self._traces is not None:
            self._traces.replace(
                Difference("policy", self._name(digest), f"{bundle.manifest.name} ({bundle.digest[:12]}…)")
                for digest in dict.fromkeys(record.digest for record in self._records)
            )
        self._infer(self._records, bundle)

    def infer_all(self) -> None:
        """Infer all records again, each with its own policy, and hold the chunks against what they say was sent."""
        for digest in dict.fromkeys(record.digest for record in self._records):
            self._infer([each for each in self._records if each.digest == digest], self._bundle(digest))
        for stamp_ns, difference in chunk_differences(self._bag, self._options, self._records):
            if difference is not None:
                self._judging.differ(stamp_ns, difference)
                self._changes.decisions += 1

    def run_journals(self) -> None:
        """Run the stage again, from observations on."""
        if not self._journals:
            self._notes.append("no journal of the policy: inferences alone are judged, not when they were asked for")
        for recorded in self._journals:
            self._notes += other_build(recorded)
            self._complaints += recorded.complaints
            for stretch in recorded.stretches:
                if stretch.whole:
                    self._run(stretch, recorded)
                else:
                    self._judging.not_judged += len(stretch.sealed)

    def result(self, took_s: float) -> StageResult:
        """Return what came of it."""
        judging = self._judging
        if not judging.decisions:
            raise ReplayError("nothing of the policy can be judged: no inference gave a chunk")
        stamps_ns = [record.stamp_ns for record in self._records]
        records_ns = max(stamps_ns) - min(stamps_ns) if stamps_ns else 0
        judging.span_ns = max(judging.span_ns, records_ns)
        return StageResult(
            *(STAGE, judging.decisions, judging.equal, judging.not_judged, judging.first),
            self._changes.told(),
            judging.span_s,
            took_s,
            complaints=tuple(self._complaints),
            notes=tuple(dict.fromkeys(self._notes)),
            traces=self._traces.traces() if self._traces is not None else None,
        )

    def _read_journals(self) -> list[Recorded]:
        topic = self._options.topic(TOPIC)
        there = any(True for _ in self._bag.records([topic]))
        return stage_journals(self._path, topic, STAGE) if there else []

    def _setup(self, digest: str) -> Setup | None:
        setups = [setup_of(recorded.head.setup) for recorded in self._journals]
        return next((setup for setup in setups if setup.digest == digest), None)

    def _name(self, digest: str) -> str:
        setup = self._setup(digest)
        return f"{setup.model if setup else 'the recorded one'} ({digest[:12]}…)"

    def _bundle(self, digest: str) -> Bundle:
        same = self._setup(digest)
        return recorded_bundle(digest, *((same.model, same.models, runtime_of(same)) if same else ("", "", None)))

    def _infer(self, records: list[InferenceRecord], bundle: Bundle) -> None:
        sight = self._sights[bundle.digest] = Sight(self._bag, self._options, bundle.manifest)
        for record in records:
            if record.failed:
                self._judging.not_judged += 1
                continue
            difference = infer_again(record, bundle, partial(self._compare, record.stamp_ns), sight.of)
            self._changes.decisions += difference is not None
            line = Line(0, record.stamp_ns, "inference", [], [], None)
            self._judging.judge(line, difference, decides=True)
        self._notes += sight.told

    def _compare(self, stamp_ns: int, then: Vectors, now: Vectors) -> None:
        self._changes.compare(then, now)
        if self._traces is not None:
            self._traces.add(stamp_ns, then, now)

    def _run(self, stretch: Stretch, recorded: Recorded) -> None:
        setup = setup_of(recorded.head.setup)
        bundle = self._bundle(setup.digest)
        sight = self._sights.get(setup.digest)
        if bundle.manifest.networks.encoders and not (sight and sight.whole):
            self._judging.not_judged += len(stretch.sealed)
            self._notes.append("the bag lacks images that this policy saw: of it, inferences alone are judged")
            return
        seen = SeenImages(self._bag, self._options, bundle.manifest)
        run = PolicyRun(setup, bundle, seen.all_of)
        began_ns = ended_ns = 0
        for line in stretch.lines():
            began_ns, ended_ns = began_ns or line.stamp_ns, line.stamp_ns
            self._judge(run.play(line))
        self._judging.span_ns += ended_ns - began_ns

    def _judge(self, played: Played) -> None:
        self._judging.judge(played.line, played.difference, played.line.call in WITH_CONSEQUENCES)
        self._changes.decisions += played.difference is not None

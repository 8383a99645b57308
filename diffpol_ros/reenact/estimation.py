"""Estimation run again: the images of a bag looked at anew, or the tags that were found then fused anew."""

import time
from pathlib import Path

from diffpol_ros.core.journal.reading import Recorded, Stretch
from diffpol_ros.estimation.journaled import STAGE
from diffpol_ros.reenact.calibrations import replaced_in, rig_with
from diffpol_ros.reenact.estimation_changes import EstimationChanges, estimates_of
from diffpol_ros.reenact.estimation_run import EstimationRun, Rig
from diffpol_ros.reenact.estimation_topics import Published
from diffpol_ros.reenact.estimation_traces import EstimationTraces
from diffpol_ros.reenact.journals import other_build, stage_journals
from diffpol_ros.reenact.judging import Judging
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.pictures import Pictures
from diffpol_ros.reenact.result import ReplayError, StageResult
from diffpol_ros.reenact.seeing_again import Tally
from diffpol_ros.replay.bag_reader import BagReader

TOPIC = "estimation/journal"
DECIDING = ("offer", "collect", "status")


def replay_estimation(bag: Path, options: ReplayOptions) -> StageResult:
    """Run estimation of `bag` again, with the calibration of `options` if it names one."""
    journals = stage_journals(bag, options.topic(TOPIC), STAGE)
    replay = _Replay(BagReader(bag), options)
    began_s = time.perf_counter()
    for recorded in journals:
        replay.run(recorded)
    replay.compare_published(journals)
    if not replay.judging.decisions:
        raise ReplayError("the beginning of estimation's journal is missing, so nothing of it can be judged")
    return replay.result(time.perf_counter() - began_s)


class _Replay:
    """Runs one journal of a bag after the other."""

    def __init__(self, bag: BagReader, options: ReplayOptions) -> None:
        self._bag, self._options = bag, options
        self._changes, self._seen, self._published = EstimationChanges(), Tally(), Published()
        self._traces = EstimationTraces() if options.traced else None
        self.judging = Judging.of(self._traces)
        self._ended_ns = 0
        self._complaints: list[str] = []
        self._notes: list[str] = []

    def run(self, recorded: Recorded) -> None:
        """Run all stretches that begin with a new stage."""
        rig = Rig.of(recorded.head.setup)
        self._notes += other_build(recorded)
        self._complaints += recorded.complaints
        if self._options.calibration:
            own = rig
            rig, replaced = rig_with(own, self._options.calibration)
            if self._traces is not None:
                self._traces.replace(replaced_in(own, rig))
            self._notes.append(f"with {self._options.calibration}: {', '.join(replaced)}")
        for stretch in recorded.stretches:
            if stretch.whole:
                self._run(stretch, rig)
            else:
                self.judging.not_judged += len(stretch.sealed)
                for line in stretch.lines():
                    self._published.take(estimates_of(line.call, line.outcome))

    def compare_published(self, journals: list[Recorded]) -> None:
        """Hold what was published against the journals, where these are whole."""
        whole = all(not recorded.missing for recorded in journals)
        names = {model.name for recorded in journals for model in Rig.of(recorded.head.setup).objects}
        found = self._published.contradictions(self._bag, self._options, sorted(names)) if whole else []
        for each in found:
            # What was published last may have been recorded, and its line not.
            if each.stamp_ns <= self._ended_ns:
                self.judging.differ(each.stamp_ns, each.difference)
                self._changes.calls += 1

    def result(self, took_s: float) -> StageResult:
        """Return what came of it."""
        judging, seen = self.judging, self._seen
        looked = f"{seen.again} of {seen.again + seen.taken} images looked at again"
        if seen.taken:
            lossy = f" ({seen.lossy} only after lossy compression)" if seen.lossy else ""
            looked += f"; of the others, which are not in the bag{lossy}, the recorded tags were taken"
        if seen.altered:
            self._complaints.append(f"{seen.altered} images are not those that were looked at: lossy compression?")
        return StageResult(
            *(STAGE, judging.decisions, judging.equal, judging.not_judged, judging.first),
            self._changes.told(seen.differing, seen.altered),
            judging.span_s,
            took_s,
            complaints=tuple(self._complaints),
            notes=tuple(dict.fromkeys([*self._notes, looked])),
            traces=self._traces.traces() if self._traces is not None else None,
        )

    def _run(self, stretch: Stretch, rig: Rig) -> None:
        run = EstimationRun(rig, self._pictures(rig))
        began_ns = ended_ns = 0
        try:
            for line in stretch.lines():
                began_ns, ended_ns = began_ns or line.stamp_ns, line.stamp_ns
                self._published.take(estimates_of(line.call, line.outcome))
                played, difference = run.play(line)
                self.judging.judge(line, difference, line.call in DECIDING)
                self._changes.add(played, difference)
                if self._traces is not None:
                    self._traces.add(played, difference)
        finally:
            run.close()
        self.judging.span_ns += ended_ns - began_ns
        self._ended_ns = max(self._ended_ns, ended_ns)
        self._seen = self._seen.plus(run.seeing.tally)

    def _pictures(self, rig: Rig) -> dict[str, Pictures]:
        """Return the images of each camera that has any."""
        options, images = self._options, self._options.images
        bag = BagReader(images.path) if images else self._bag
        topics = {camera.name: options.topic(f"camera/{camera.name}/image_raw") for camera in rig.cameras}
        there = [name for name, topic in topics.items() if images is None or images.of(topic)]
        return {name: Pictures(bag, name, options.namespace) for name in there}

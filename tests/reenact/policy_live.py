"""A short live run of the policy stage with its journal, and the records of its inferences."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.journal.reading import Recorded, read_journals
from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.core.types import CameraImage, ObjectEstimate, Pose, Tracking
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.guidance.mixture import Mixture
from diffpol_ros.policy.records.record import inference_values
from diffpol_ros.policy.runner import PolicyRunner
from diffpol_ros.policy.runtime.settings import RuntimeSettings
from diffpol_ros.policy.stage.calls import Calls
from diffpol_ros.policy.stage.jobs import Answer, Job, Surroundings
from diffpol_ros.policy.stage.journaled import STAGE, Journaled, codec, errors, setup_of
from diffpol_ros.policy.stage.report import published_values
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.policy.stage.stage import PolicyStage

START, TICK, TICKS = 10**12, 10_000_000, 200
DOWN = np.array([1.0, 0.0, 0.0, 0.0])
LEVEL = np.array([0.0, 0.0, 0.0, 1.0])


class LivePolicy:
    """Two seconds: the hand moves, cameras go blind for a moment, one inference takes long, one fails, one reset."""

    def __init__(
        self,
        bundle: Bundle,
        settings: StageSettings | None = None,
        mixtures: Sequence[Mixture | None] = (None,),
        seen: Callable[[int], Mapping[str, CameraImage]] = lambda _: {},
    ) -> None:
        """Run `bundle`; each of `mixtures` is in force for as long; `seen` gives the newest image of each camera."""
        settings, self._mixtures, self._seen = settings or StageSettings(), mixtures, seen
        self._clock = ManualClock(START)
        stage = PolicyStage(bundle.manifest, PolicyRunner(bundle), settings)
        warm = stage.warm_up(Surroundings(mixture=mixtures[0]))
        self._stage = stage
        journal = Journal(codec(), errors(), self._clock)
        self._calls = Journaled(Calls(stage), journal)
        setup = setup_of(
            ("tiny", str(bundle.path.parent), bundle.digest), settings, RuntimeSettings(), warm, mixtures[0]
        )
        self.texts = [journal.begin(STAGE, setup, {"numpy": "1"})]
        self.records: list[Mapping[str, str]] = []
        self._due: tuple[int, Job] | None = None
        for tick in range(TICKS):
            self._live(tick, START + tick * TICK)
        self.texts += journal.take()

    @property
    def recorded(self) -> Recorded:
        (recorded,) = read_journals(self.texts)
        return recorded

    def _live(self, tick: int, now_ns: int) -> None:
        self._clock.set(now_ns)
        height = 0.35 + 0.02 * math.sin(tick / 30.0)
        self._calls.gripper(now_ns, 0.08 - 1e-4 * (tick % 7))
        self._calls.end_effector(now_ns, Pose(np.array([0.45, 0.01, height]), DOWN))
        if tick % 8 == 0:
            place = np.array([0.5, 0.1, 0.03 + 1e-5 * tick])
            self._calls.object(ObjectEstimate("block", now_ns - 3 * TICK, Pose(place, LEVEL), np.eye(6)))
            self._calls.tracking({"block": Tracking.COASTING if tick % 40 == 0 else Tracking.TRACKING})
        mixture = self._mixtures[tick * len(self._mixtures) // TICKS]
        refusal = "no camera shows anything" if 120 <= tick < 123 else ""
        surroundings = Surroundings(self._seen(now_ns), mixture, refusal)
        self._calls.distrust(now_ns, surroundings)
        if tick == 150:
            self._calls.forget(now_ns)
        self._absorb(tick, now_ns)
        if tick % 10 == 0:
            self._tick(tick, now_ns, surroundings)
        if tick == 70:
            self._calls.stand()

    def _tick(self, tick: int, now_ns: int, surroundings: Surroundings) -> None:
        work = self._calls.tick(now_ns, surroundings)
        if isinstance(work, Job):
            self._due = tick + (15 if tick > 100 else 3), work
        elif work is not None:
            self.records.append({**inference_values(work.inference), **published_values(work)})

    def _absorb(self, tick: int, now_ns: int) -> None:
        if self._due is None or tick < self._due[0]:
            return
        job, self._due = self._due[1], None
        answer = self._calls.absorb(self._stage.infer(job), now_ns)
        if isinstance(answer, Answer):
            self.records.append({**inference_values(answer.inference), **published_values(answer)})

"""The policy stage from one journal: set up as it was then, and called again; networks run, nothing is taken over."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.transcript import Played, Transcript
from diffpol_ros.core.journal.values import JournalError, Plain
from diffpol_ros.core.settings import parse_settings
from diffpol_ros.core.types import CameraImage, Pose
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.inference import Ask
from diffpol_ros.policy.runner import PolicyRunner
from diffpol_ros.policy.runtime.settings import RuntimeSettings
from diffpol_ros.policy.stage.calls import Calls
from diffpol_ros.policy.stage.jobs import Job, Outcome, Surroundings
from diffpol_ros.policy.stage.journaled import Setup, codec, errors
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.policy.stage.stage import PolicyStage
from diffpol_ros.policy.stage.told import Asked, Refused, Said, told_of

SOURCE = "the journal's head"
Seen = Callable[[Mapping[str, int]], Mapping[str, CameraImage]]
WITH_CONSEQUENCES = ("tick", "absorb", "distrust")
"""Calls that answer something; all others only tell the stage what came in."""


def setup_of(setup: Plain) -> Setup:
    """Return what the head of a journal says."""
    told = codec().value(setup)
    if not isinstance(told, Setup):
        raise JournalError(f"the head of the policy's journal holds {str(setup)[:60]!r}, expected its setup")
    return told


def runtime_of(setup: Setup) -> RuntimeSettings:
    """Return how the networks ran; the cores they were bound to do not matter here."""
    told = parse_settings(RuntimeSettings, setup.runtime, SOURCE)
    return RuntimeSettings(told.threads, told.providers, told.program, told.precision)


class RememberedPace(PolicyRunner):
    """Runs dry as always, and takes as long as it took then."""

    def __init__(self, bundle: Bundle, warm: Sequence[tuple[int, ...]]) -> None:
        """Run `bundle`; `warm` are the times of its warm-up then, run after run [ns]."""
        super().__init__(bundle)
        self._warm = list(warm)

    def warm_up(self, asks: Sequence[Ask] = (Ask(),)) -> tuple[int, ...]:
        """Sample once for each ask; return the times taken then [ns]."""
        taken_ns = super().warm_up(asks)
        return self._warm.pop(0) if self._warm else taken_ns


class PolicyRun:
    """A new stage, to which the lines of a journal are played in order."""

    def __init__(self, setup: Setup, bundle: Bundle, seen: Seen | None = None) -> None:
        """Set it up as `setup` says, with the policy `bundle`; `seen` returns images by cameras and stamps [ns]."""
        if bundle.manifest.networks.encoders and seen is None:
            raise JournalError("a policy that looks at images cannot be run again without them")
        settings = parse_settings(StageSettings, setup.settings, SOURCE)
        self._stage = PolicyStage(bundle.manifest, RememberedPace(bundle, setup.warm), settings)
        self._stage.warm_up(Surroundings(mixture=setup.mixture))
        self._calls, self._job = Calls(self._stage), None
        self._seen = seen or (lambda _: {})
        self._transcript = Transcript(codec(), errors())
        self._work: dict[str, Callable[..., Any]] = {
            "robot": self._robot,
            "object": self._calls.object,
            "tracking": self._calls.tracking,
            "mixture": self._calls.mixture,
            "settings": self._calls.settings,
            "distrust": self._distrust,
            "tick": self._tick,
            "absorb": self._absorb,
            "stand": self._calls.stand,
            "complain": self._calls.complain,
            "forget": self._calls.forget,
        }

    def play(self, line: Line) -> Played:
        """Call as `line` says; return what came of it, and where that first differs from then."""
        if line.call not in self._work:
            raise JournalError(f"line {line.number}: the policy knows no call {line.call!r}: another version wrote it")
        return self._transcript.play(line, self._work[line.call])

    def _robot(self, stamp_ns: int, end_effector: Pose, gripper_width: float) -> None:
        self._calls.robot(stamp_ns, end_effector, gripper_width)

    def _distrust(self, now_ns: int, refusal: str, exposures: Mapping[str, int]) -> str:
        return self._calls.distrust(now_ns, refusal, self._seen(exposures))

    def _tick(self, now_ns: int, refusal: str, exposures: Mapping[str, int]) -> Asked | Said | Refused | None:
        work = self._calls.tick(now_ns, refusal, self._seen(exposures))
        self._job = work if isinstance(work, Job) else self._job
        return told_of(work)

    def _absorb(self, failure: str, now_ns: int) -> Asked | Said | Refused | None:
        job, self._job = self._job, None
        if job is None:
            raise JournalError("an inference came back that was not asked for now")
        outcome = Outcome(job, failure) if failure else self._stage.infer(job)
        return told_of(self._calls.absorb(outcome, now_ns))

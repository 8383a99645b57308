"""The stage with a journal: each call is a line, from which all of it can be done again."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial

from diffpol_ros.core.journal.raised import Errors
from diffpol_ros.core.journal.values import Codec
from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.core.settings_text import settings_text
from diffpol_ros.core.types import ObjectEstimate, Pose, Tracking
from diffpol_ros.policy.guidance.mixture import Mixture
from diffpol_ros.policy.runtime.settings import RuntimeSettings
from diffpol_ros.policy.stage.calls import Calls
from diffpol_ros.policy.stage.jobs import Answer, Failed, Job, Outcome, Surroundings
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.policy.stage.told import KINDS, told_of

STAGE = "policy"


@dataclass(frozen=True, eq=False)
class Setup:
    """Under what the stage runs.

    model: the bundle's name. models: the folder it lay in, empty for the package's. digest: sha256 of its manifest.
    settings, runtime: texts that read back bit by bit.
    warm: how long each run took by which the stage learned its pace, before the arm could move [ns]. mixture: the
    conditions of these runs.
    """

    model: str
    models: str
    digest: str
    settings: str
    runtime: str
    warm: tuple[tuple[int, ...], ...]
    mixture: Mixture | None = None


@cache
def codec() -> Codec:
    """Return how the stage's values are written."""
    return Codec((Setup, *KINDS, Pose, ObjectEstimate, Tracking, Mixture, StageSettings))


def errors() -> Errors:
    """Return how its errors are written."""
    return Errors()


def setup_of(
    policy: tuple[str, str, str],
    settings: StageSettings,
    runtime: RuntimeSettings,
    warm: tuple[tuple[int, ...], ...],
    mixture: Mixture | None = None,
) -> Setup:
    """Return what the stage runs under, for the head of its journal; `policy`: model, models and digest."""
    return Setup(*policy, settings_text(settings, StageSettings), settings_text(runtime), warm, mixture)


class Journaled:
    """Calls the stage, and writes each call into a journal."""

    def __init__(self, calls: Calls, journal: Journal) -> None:
        """Write what is asked of `calls` into `journal`."""
        self._calls, self._journal = calls, journal
        self._width: tuple[int, float] | None = None
        self._end_effector: tuple[int, Pose] | None = None
        self._mixture: Mixture | None = None

    def gripper(self, stamp_ns: int, width: float) -> None:
        """Take a gripper width [m]; with the end effector of the same tick it is a state of the robot."""
        self._width = stamp_ns, width
        self._robot()

    def end_effector(self, stamp_ns: int, pose: Pose) -> None:
        """Take an end-effector pose."""
        self._end_effector = stamp_ns, pose
        self._robot()

    def object(self, estimate: ObjectEstimate) -> None:
        """Take where an object is."""
        self._journal.call("object", partial(self._calls.object, estimate), estimate)

    def tracking(self, words: Mapping[str, Tracking]) -> None:
        """Take how far each object's estimate can be trusted."""
        self._journal.call("tracking", partial(self._calls.tracking, words), words)

    def settings(self, settings: StageSettings) -> None:
        """Go by these settings from now on."""
        self._journal.call("settings", partial(self._calls.settings, settings), settings)

    def distrust(self, now_ns: int, surroundings: Surroundings) -> str:
        """Return why not even what was sent may be followed now; an empty text while it may."""
        self._take_mixture(surroundings)
        work = partial(self._calls.distrust, now_ns, surroundings.refusal, surroundings.images)
        return self._journal.call("distrust", work, now_ns, surroundings.refusal, _exposures(surroundings))

    def tick(self, now_ns: int, surroundings: Surroundings) -> Job | Answer | None:
        """Return an inference to do now, or what a generated policy answers at once, or nothing."""
        self._take_mixture(surroundings)
        work = partial(self._calls.tick, now_ns, surroundings.refusal, surroundings.images)
        return self._journal.call("tick", work, now_ns, surroundings.refusal, _exposures(surroundings), gave=told_of)

    def absorb(self, outcome: Outcome, now_ns: int) -> Answer | Failed:
        """Take the outcome of an inference."""
        failure = outcome.result if isinstance(outcome.result, str) else ""
        return self._journal.call("absorb", partial(self._calls.absorb, outcome, now_ns), failure, now_ns, gave=told_of)

    def stand(self) -> None:
        """Ask anew at the next tick, as the arm follows nothing."""
        self._journal.call("stand", self._calls.stand)

    def complain(self, complaint: str) -> None:
        """Take note of what is wrong."""
        self._journal.call("complain", partial(self._calls.complain, complaint), complaint)

    def forget(self, now_ns: int) -> None:
        """Forget all that was observed before `now_ns`, and the plan."""
        self._width = self._end_effector = None
        self._journal.call("forget", partial(self._calls.forget, now_ns), now_ns)

    def _robot(self) -> None:
        """Hand on a state whose two halves are of the same tick."""
        if self._width is None or self._end_effector is None or self._width[0] != self._end_effector[0]:
            return
        told = *self._end_effector, self._width[1]
        self._journal.call("robot", partial(self._calls.robot, *told), *told)

    def _take_mixture(self, surroundings: Surroundings) -> None:
        if surroundings.mixture is not self._mixture:
            self._mixture = surroundings.mixture
            self._journal.call("mixture", partial(self._calls.mixture, self._mixture), self._mixture)


def _exposures(surroundings: Surroundings) -> dict[str, int]:
    return {camera: image.stamp_ns for camera, image in surroundings.images.items()}

"""All that is ever asked of the stage once it runs, by one thread: what a node calls, and what a replay calls again."""

from collections.abc import Mapping

from diffpol_ros.core.types import CameraImage, ObjectEstimate, Pose, Tracking
from diffpol_ros.policy.guidance.mixture import Mixture
from diffpol_ros.policy.observer import Observer
from diffpol_ros.policy.stage.jobs import Answer, Failed, Job, Outcome, Surroundings
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.policy.stage.stage import PolicyStage

Images = Mapping[str, CameraImage]


class Calls:
    """The stage with what it observes; times in [ns], `now_ns` of the stamps' clock.

    refusal: why nothing that comes in may be acted on now, or an empty text. images: the newest of each camera.
    """

    def __init__(self, stage: PolicyStage) -> None:
        """Call `stage`."""
        self.stage = stage
        self._observer = Observer()
        self._mixture: Mixture | None = None

    def robot(self, stamp_ns: int, end_effector: Pose, gripper_width: float) -> None:
        """Take the state of the robot at one of its ticks."""
        self._observer.see_gripper(stamp_ns, gripper_width)
        observation = self._observer.see_end_effector(stamp_ns, end_effector)
        if observation is not None:
            self.stage.observe(observation)

    def object(self, estimate: ObjectEstimate) -> None:
        """Take where an object is."""
        self._observer.see_object(estimate)

    def tracking(self, words: Mapping[str, Tracking]) -> None:
        """Take how far each object's estimate can be trusted."""
        self._observer.see_tracking(words)

    def mixture(self, mixture: Mixture | None) -> None:
        """Go by these conditions from now on."""
        self._mixture = mixture

    def settings(self, settings: StageSettings) -> None:
        """Go by these settings from now on."""
        self.stage.settings = settings

    def distrust(self, now_ns: int, refusal: str, images: Images) -> str:
        """Return why not even what was sent may be followed now; an empty text while it may."""
        return self.stage.distrust(now_ns, Surroundings(images, self._mixture, refusal))

    def tick(self, now_ns: int, refusal: str, images: Images) -> Job | Answer | None:
        """Return an inference to do now, or what a generated policy answers at once, or nothing."""
        return self.stage.tick(now_ns, Surroundings(images, self._mixture, refusal))

    def absorb(self, outcome: Outcome, now_ns: int) -> Answer | Failed:
        """Take the outcome of an inference."""
        return self.stage.absorb(outcome, now_ns)

    def stand(self) -> None:
        """Ask anew at the next tick, as the arm follows nothing."""
        self.stage.horizon.stand()

    def complain(self, complaint: str) -> None:
        """Take note of what is wrong."""
        self.stage.complain(complaint)

    def forget(self, now_ns: int) -> None:
        """Forget all that was observed before `now_ns`, and the plan."""
        self.stage.reset()
        self._observer.reset(now_ns)

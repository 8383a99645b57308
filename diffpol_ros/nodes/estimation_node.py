"""Camera images in, object poses in the robot base frame and how far to trust them out."""

from contextlib import ExitStack
from dataclasses import dataclass, replace

from std_srvs.srv import Trigger

from diffpol_ros.core.clock import Clock, SteadyClock, SystemClock
from diffpol_ros.core.journal.build import build_of
from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.core.settings import setting
from diffpol_ros.estimation.calibration import load_camera, load_object
from diffpol_ros.estimation.calls import Calls
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.journaled import STAGE, Journaled, codec, errors, setup_of
from diffpol_ros.estimation.sight import Sight, look_around
from diffpol_ros.estimation.stage import EstimationStage
from diffpol_ros.estimation.stage_settings import StageSettings
from diffpol_ros.estimation.summary import summarize
from diffpol_ros.estimation.workers import Workers
from diffpol_ros.nodes.camera_input import CameraInput
from diffpol_ros.nodes.clock_jumps import ClockJumps
from diffpol_ros.nodes.diagnostics import Level, Report
from diffpol_ros.nodes.hand_input import HandInput
from diffpol_ros.nodes.journal_topic import JournalTopic
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.object_topics import ObjectTopics
from diffpol_ros.nodes.ros_clock import RosClock
from diffpol_ros.nodes.wake import Wake

COMPLAINT_PERIOD_S = 2.0
WATCH_PERIOD_S = 0.01
# Where the world runs faster than real time, its clock arrives well after what it stamps.
SIMULATED_FUTURE_S = 1.0


@dataclass(frozen=True)
class EstimationParameters(StageSettings):
    """What the node is told; the settings of the whole stage are among it."""

    cameras: tuple[str, ...] = setting(("front", "side"), description="Names or files in calibration/cameras")
    objects: tuple[str, ...] = setting(("block",), description="Names or files in calibration/objects to publish")
    landmarks: tuple[str, ...] = setting(("base",), description="Fixed objects that show whether a camera was moved")
    frame: str = setting("panda_link0", description="Robot base frame, in which poses are given")
    status_rate: float = setting(30.0, description="Of objects/status [Hz]", minimum=0.1, maximum=100.0)


class EstimationNode(StageNode[EstimationParameters]):
    """Frames go to a thread for each camera; what those found is absorbed and published here, in one thread."""

    parameters_kind = EstimationParameters

    def __init__(self) -> None:
        """Create the node; calibrations are read when it is configured."""
        super().__init__("estimation")
        self._steady: Clock = SteadyClock()
        self._cameras: CameraInput | None = None
        self.complaint = ""
        self._sight: Sight | None = None
        self._taken = ExitStack()

    def configure(self) -> None:
        """Read the calibrations, start the threads and subscribe."""
        told = replace(self.parameters, maximum_future=SIMULATED_FUTURE_S) if self.simulated else self.parameters
        if self.simulated:
            # A camera is as slow as its world: it is silent when that has gone on without it.
            self._steady = RosClock(self.get_clock())
        cameras = [load_camera(name) for name in told.cameras]
        objects, landmarks = ([load_object(name) for name in names] for names in (told.objects, told.landmarks))
        self._stage = EstimationStage(cameras, objects, landmarks, told, open_detector)
        self._taken.callback(self._stage.close)
        self._topics = ObjectTopics(self, told.frame, self._stage.objects)
        self._taken.callback(self._topics.close)
        self._journal = Journal(codec(), errors(), SystemClock())
        self._journal.begin(STAGE, setup_of(cameras, objects, landmarks, told), build_of())
        self._taken.callback(JournalTopic(self, self._journal, "estimation/journal").close)
        self._start_workers()
        self._listen()
        service = self.create_service(Trigger, "estimation/reset", self._on_reset)
        self._taken.callback(self.destroy_service, service)
        self._taken.callback(ClockJumps(self, self._on_jump).close)
        # Whoever listens takes silence for a dead node: no clock that jumps may cause it.
        for period_s, callback in ((1.0 / told.status_rate, self._on_status), (WATCH_PERIOD_S, self._on_watch)):
            timer = self.create_timer(period_s, callback, clock=self.loop_clock())
            self._taken.callback(self.destroy_timer, timer)

    def activate(self) -> None:
        """Begin to look at images."""
        if self._cameras is not None:
            self._cameras.active = True

    def deactivate(self) -> None:
        """Look away."""
        if self._cameras is not None:
            self._cameras.active = False

    def cleanup(self) -> None:
        """Unsubscribe, end the threads and free the detectors."""
        self._taken.close()
        self._cameras = None

    def report(self) -> Report:
        """Say how the cameras and the objects are."""
        summary = summarize(self._stage, self._now_ns(), self._steady.now_ns())
        for error in summary.errors:
            self._complain(error)
        level = Level.ERROR if summary.errors else Level.WARN if summary.warnings else Level.OK
        return Report(level, summary.message or "running", summary.values)

    def _now_ns(self) -> int:
        return self.get_clock().now().nanoseconds

    def _start_workers(self) -> None:
        looked = Wake(self, self._on_looked)
        self._workers = Workers(self._stage, self._steady, looked, self._journal)
        self._calls = Journaled(Calls(self._stage, self._workers), self._journal)
        self._taken.callback(self._workers.close)
        self._taken.callback(looked.close)

    def _listen(self) -> None:
        self._cameras = CameraInput(self, self._stage.eyes, self._calls)
        self._taken.callback(self._cameras.close)
        if self._stage.needs_hand:
            hand = HandInput(self, self.parameters.frame, self._calls.hand, self._complain)
            self._taken.callback(hand.close)

    def _on_looked(self) -> None:
        estimates = self._calls.collect(self._now_ns())
        if self._cameras is not None and self._cameras.active:
            self._topics.poses(estimates)

    def _on_status(self) -> None:
        if self._cameras is not None and self._cameras.active:
            now_ns = self._now_ns()
            status = self._calls.status(now_ns, self._steady.now_ns())
            self._sight = status.sight
            self._topics.poses(status.coasting)
            self._topics.status(status.reports, now_ns, status.sight)

    def _on_watch(self) -> None:
        """Tell at once when the cameras fall silent, and when they are back."""
        if look_around(self._stage, self._steady.now_ns()) != self._sight:
            self._on_status()

    def _complain(self, complaint: str) -> None:
        self.complaint = complaint
        self.get_logger().error(complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)

    def _on_jump(self, how: str) -> None:
        """Begin anew: what was seen is of another time, and so is what is being looked at."""
        self._calls.reset()
        self.get_logger().warning(f"{how}: all objects are forgotten")

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._calls.reset()
        response.success, response.message = True, "all objects forgotten"
        return response


def main() -> None:
    """Run the node."""
    run_node(EstimationNode)


if __name__ == "__main__":
    main()

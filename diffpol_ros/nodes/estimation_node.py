"""Camera images in, object poses in the robot base frame and how far to trust them out."""

from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseWithCovarianceStamped
from rclpy._rclpy_pybind11 import RCLError
from rclpy.guard_condition import GuardCondition
from rclpy.publisher import Publisher
from sensor_msgs.msg import CameraInfo, Image
from std_srvs.srv import Trigger

from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.calibration import load_camera, load_object
from diffpol_ros.estimation.detector import PupilDetector
from diffpol_ros.estimation.hand import HandState
from diffpol_ros.estimation.stage import EstimationStage, Frame, Look, StageSettings
from diffpol_ros.estimation.summary import summarize
from diffpol_ros.estimation.workers import Workers
from diffpol_ros.nodes.diagnostics import Level, Report
from diffpol_ros.nodes.hand_input import HandInput
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.messages import from_image_message, from_stamp, to_estimate_message
from diffpol_ros.nodes.object_status import to_status_message
from diffpol_ros.nodes.quality import EVENTS, IMAGES

COMPLAINT_PERIOD_S = 2.0


@dataclass(frozen=True)
class EstimationParameters(StageSettings):
    """What the node is told; the settings of the whole stage are among it."""

    cameras: tuple[str, ...] = setting(("front", "side"), description="Names or files in calibration/cameras")
    objects: tuple[str, ...] = setting(("block",), description="Names or files in calibration/objects to publish")
    landmarks: tuple[str, ...] = setting(("base",), description="Fixed objects that show whether a camera was moved")
    frame: str = setting("panda_link0", description="Robot base frame, in which poses are given")
    status_rate: float = setting(15.0, description="Of objects/status [Hz]", minimum=0.1, maximum=100.0)


class EstimationNode(StageNode[EstimationParameters]):
    """Frames go to a thread for each camera; what those found is absorbed and published here, in one thread."""

    parameters_kind = EstimationParameters

    def __init__(self) -> None:
        """Create the node; calibrations are read when it is configured."""
        super().__init__("estimation")
        self._steady = SteadyClock()
        self._active = False
        self.complaint = ""
        self._taken = ExitStack()

    def configure(self) -> None:
        """Read the calibrations, start the threads and subscribe to the cameras."""
        told = self.parameters
        cameras = [load_camera(name) for name in told.cameras]
        objects, landmarks = ([load_object(name) for name in names] for names in (told.objects, told.landmarks))
        self._stage = EstimationStage(cameras, objects, landmarks, told, PupilDetector)
        self._taken.callback(self._stage.close)
        self._poses = {
            name: self._publisher(PoseWithCovarianceStamped, f"objects/{name}/pose") for name in self._stage.objects
        }
        self._status = self._publisher(DiagnosticArray, "objects/status")
        self._start_workers()
        self._subscribe()
        service = self.create_service(Trigger, "estimation/reset", self._on_reset)
        self._taken.callback(self.destroy_service, service)
        timer = self.create_timer(1.0 / told.status_rate, self._on_status)
        self._taken.callback(self.destroy_timer, timer)

    def activate(self) -> None:
        """Begin to look at images."""
        self._active = True

    def deactivate(self) -> None:
        """Look away."""
        self._active = False

    def cleanup(self) -> None:
        """Unsubscribe, end the threads and free the detectors."""
        self._taken.close()

    def report(self) -> Report:
        """Say how the cameras and the objects are."""
        summary = summarize(self._stage, self._now_ns(), self._steady.now_ns())
        for error in summary.errors:
            self._complain(error)
        level = Level.ERROR if summary.errors else Level.WARN if summary.warnings else Level.OK
        return Report(level, summary.message or "running", summary.values)

    def _now_ns(self) -> int:
        return self.get_clock().now().nanoseconds

    def _publisher(self, kind: type, topic: str) -> Publisher:
        publisher = self.create_publisher(kind, topic, EVENTS)
        self._taken.callback(self.destroy_publisher, publisher)
        return publisher

    def _start_workers(self) -> None:
        looked = self.create_guard_condition(self._on_looked)
        self._taken.callback(self.destroy_guard_condition, looked)
        self._workers = Workers(self._stage, self._steady, partial(self._wake, looked))
        self._taken.callback(self._workers.close)

    def _wake(self, looked: GuardCondition) -> None:
        try:
            looked.trigger()
        except RCLError:
            # SIGINT ends the ROS context before the cameras' threads hear of it.
            if self.context.ok():
                raise

    def _subscribe(self) -> None:
        for name in self._stage.eyes:
            for kind, topic, callback in (
                (CameraInfo, "camera_info", self._on_info),
                (Image, "image_raw", self._on_image),
            ):
                subscription = self.create_subscription(kind, f"camera/{name}/{topic}", partial(callback, name), IMAGES)
                self._taken.callback(self.destroy_subscription, subscription)
        if self._stage.needs_hand:
            hand = HandInput(self, self.parameters.frame, self._on_hand, self._complain)
            self._taken.callback(hand.close)

    def _on_info(self, camera: str, message: CameraInfo) -> None:
        self._stage.take_info(camera, message.width, message.height, tuple(message.k), tuple(message.d))

    def _on_image(self, camera: str, message: Image) -> None:
        if not self._active:
            return
        stamp_ns, now_ns = from_stamp(message.header.stamp), self._now_ns()
        try:
            pixels = from_image_message(message)
        except DiffpolError as error:
            self._stage.absorb(Look(camera, stamp_ns, None, f"camera {camera}: {error}"), now_ns)
            return
        self._workers.offer(Frame(camera, stamp_ns, pixels, message.encoding), now_ns)

    def _on_looked(self) -> None:
        estimates = self._workers.collect(self._now_ns())
        if self._active:
            self._publish(estimates)

    def _on_hand(self, hand: HandState) -> None:
        self._stage.see_hand(hand)

    def _on_status(self) -> None:
        if not self._active:
            return
        now_ns = self._now_ns()
        self._publish(self._stage.estimator.coasting(now_ns))
        self._status.publish(to_status_message(self._stage.objects, self._stage.reports(now_ns), now_ns))

    def _publish(self, estimates: Iterable[ObjectEstimate]) -> None:
        for estimate in estimates:
            self._poses[estimate.name].publish(to_estimate_message(estimate, self.parameters.frame))

    def _complain(self, complaint: str) -> None:
        self.complaint = complaint
        self.get_logger().error(complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._workers.reset()
        response.success, response.message = True, "all objects forgotten"
        return response


def main() -> None:
    """Run the node."""
    run_node(EstimationNode)


if __name__ == "__main__":
    main()

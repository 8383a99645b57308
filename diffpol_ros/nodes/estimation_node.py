"""Camera images in, object poses in the robot base frame out."""

from dataclasses import dataclass
from functools import partial

from geometry_msgs.msg import PoseWithCovarianceStamped
from rclpy.publisher import Publisher
from rclpy.service import Service
from rclpy.subscription import Subscription
from sensor_msgs.msg import CameraInfo, Image
from std_srvs.srv import Trigger

from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.core.errors import DiffpolError, SettingsError
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.calibration import ObjectModel, load_camera, load_object
from diffpol_ros.estimation.detector import DetectorSettings, PupilDetector
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.filter import FilterSettings
from diffpol_ros.estimation.fusion import FusionSettings
from diffpol_ros.estimation.health import CameraHealth, Durations
from diffpol_ros.estimation.images import to_grey
from diffpol_ros.estimation.sighting import sight
from diffpol_ros.estimation.summary import summarize
from diffpol_ros.nodes.diagnostics import Level, Report
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.messages import from_image_message, from_stamp, to_estimate_message
from diffpol_ros.nodes.quality import EVENTS, IMAGES

COMPLAINT_PERIOD_S = 2.0


@dataclass(frozen=True)
class EstimationParameters(DetectorSettings, FusionSettings, FilterSettings):
    """What the node is told; the settings of detector, fusion and filter are among it."""

    cameras: tuple[str, ...] = setting(("front", "side"), description="Names or files in calibration/cameras")
    objects: tuple[str, ...] = setting(("block",), description="Names or files in calibration/objects to publish")
    landmarks: tuple[str, ...] = setting(("base",), description="Fixed objects that show whether a camera was moved")
    frame: str = setting("panda_link0", description="Robot base frame, in which poses are given")
    needs_camera_info: bool = setting(
        True, description="Use no image before its CameraInfo agreed with the calibration"
    )

    def __post_init__(self) -> None:
        """Check each group of settings."""
        FusionSettings.__post_init__(self)
        FilterSettings.__post_init__(self)


class EstimationNode(StageNode[EstimationParameters]):
    """Detects in the image callback: the topics keep only the newest image, so a slow one never makes a queue."""

    parameters_kind = EstimationParameters

    def __init__(self) -> None:
        """Create the node; calibrations are read when it is configured."""
        super().__init__("estimation")
        self._steady = SteadyClock()
        self._detector: PupilDetector | None = None
        self._active = False
        self._poses: dict[str, Publisher] = {}
        self._listening: list[Subscription] = []
        self._offered: list[Service] = []

    def configure(self) -> None:
        """Read the calibrations and subscribe to the cameras."""
        parameters = self.parameters
        cameras = [load_camera(name) for name in parameters.cameras]
        objects = [load_object(name) for name in parameters.objects]
        landmarks = [_fixed(load_object(name)) for name in parameters.landmarks]
        self._detector = PupilDetector(parameters)
        self._estimator = Estimator(cameras, [*objects, *landmarks], parameters, parameters)
        self._health = {camera.name: CameraHealth(camera, parameters.needs_camera_info) for camera in cameras}
        self._processing, self._latency = Durations(), Durations()
        self._poses = {
            model.name: self.create_publisher(PoseWithCovarianceStamped, f"objects/{model.name}/pose", EVENTS)
            for model in objects
        }
        self._subscribe()
        self._offered = [self.create_service(Trigger, "estimation/reset", self._on_reset)]

    def activate(self) -> None:
        """Begin to look at images."""
        self._active = True

    def deactivate(self) -> None:
        """Look away."""
        self._active = False

    def cleanup(self) -> None:
        """Unsubscribe and free the detector."""
        if self._detector is not None:
            self._detector.close()
            self._detector = None
        while self._listening:
            self.destroy_subscription(self._listening.pop())
        while self._offered:
            self.destroy_service(self._offered.pop())
        while self._poses:
            self.destroy_publisher(self._poses.popitem()[1])

    def report(self) -> Report:
        """Say how the cameras, the detector and the objects are."""
        now_ns = self.get_clock().now().nanoseconds
        summary = summarize(self._estimator, self._health.values(), now_ns, self._steady.now_ns())
        values = {
            **summary.values,
            "processing_ms.median": self._processing.median_ms,
            "processing_ms.worst": self._processing.worst_ms,
            "latency_ms.median": self._latency.median_ms,
            "latency_ms.worst": self._latency.worst_ms,
        }
        level = Level.ERROR if summary.broken else Level.WARN if summary.message else Level.OK
        return Report(level, summary.message or "running", values)

    def _subscribe(self) -> None:
        for name in self._health:
            info = partial(self._on_info, name)
            image = partial(self._on_image, name)
            self._listening += [
                self.create_subscription(CameraInfo, f"camera/{name}/camera_info", info, IMAGES),
                self.create_subscription(Image, f"camera/{name}/image_raw", image, IMAGES),
            ]

    def _on_info(self, camera: str, message: CameraInfo) -> None:
        self._health[camera].take_info(message.width, message.height, tuple(message.k), tuple(message.d))

    def _on_image(self, camera: str, message: Image) -> None:
        if not self._active:
            return
        began_ns, health, complaint = self._steady.now_ns(), self._health[camera], ""
        if health.usable:
            try:
                self._publish(self._estimate(camera, message))
            except DiffpolError as error:
                complaint = str(error)
        health.take_image(began_ns, complaint)
        if health.complaint:
            self.get_logger().error(health.complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)
        self._processing.add(self._steady.now_ns() - began_ns)

    def _estimate(self, camera: str, message: Image) -> list[ObjectEstimate]:
        image = to_grey(from_image_message(message), message.encoding)
        known, stamp_ns = self._estimator.cameras[camera], from_stamp(message.header.stamp)
        return self._estimator.absorb(sight(known, self._detector, image, stamp_ns)) if self._detector else []

    def _publish(self, estimates: list[ObjectEstimate]) -> None:
        for estimate in estimates:
            if estimate.name in self._poses:
                self._poses[estimate.name].publish(to_estimate_message(estimate, self.parameters.frame))
                self._latency.add(self.get_clock().now().nanoseconds - estimate.stamp_ns)

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._estimator.reset()
        response.success, response.message = True, "all objects forgotten"
        return response


def _fixed(model: ObjectModel) -> ObjectModel:
    if model.fixed_pose is None:
        raise SettingsError(f"landmark {model.name!r} has no fixed_pose: name it in objects, or say where it is fixed")
    return model


def main() -> None:
    """Run the node."""
    run_node(EstimationNode)


if __name__ == "__main__":
    main()

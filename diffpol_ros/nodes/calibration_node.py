"""Takes calibration images of a live camera by itself: where hand and image stand still and the view is a new one."""

from contextlib import ExitStack
from dataclasses import dataclass

from geometry_msgs.msg import PoseStamped
from rclpy.qos import QoSProfile
from sensor_msgs.msg import Image
from std_srvs.srv import Trigger

from diffpol_ros.calibrate.capturing import Capturing, CapturingSettings
from diffpol_ros.calibrate.session import Session, SessionSettings
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.settings import setting
from diffpol_ros.estimation.detection.images import to_grey
from diffpol_ros.nodes.diagnostics import Level, Report
from diffpol_ros.nodes.lifecycle import StageNode, run_node
from diffpol_ros.nodes.messages import from_image_message, from_pose_message, from_stamp
from diffpol_ros.nodes.quality import IMAGES, RECORDED_STATES

COMPLAINT_PERIOD_S = 2.0


@dataclass(frozen=True)
class CalibrationParameters(SessionSettings, CapturingSettings):
    """What the node is told; the settings of the session and of capturing are among it."""

    frame: str = setting("panda_link0", description="Robot base frame, in which hand poses must be")

    def __post_init__(self) -> None:
        """Check each group of settings."""
        CapturingSettings.__post_init__(self)


class CalibrationNode(StageNode[CalibrationParameters]):
    """Listens to one camera and the hand; what is captured is saved at `calibration/finish`, or when the node ends."""

    parameters_kind = CalibrationParameters

    def __init__(self) -> None:
        """Create the node; what it looks for is read when it is configured."""
        super().__init__("calibration")
        self._active = False
        self._session: Session | None = None
        self._complaint = self._told = ""
        self._taken = ExitStack()

    @property
    def session(self) -> Session:
        """Return what is being captured; there is one from `configure` to `cleanup`."""
        if self._session is None:
            raise DiffpolError(f"{self.get_name()} is not configured: nothing is captured")
        return self._session

    def configure(self) -> None:
        """Read what is looked for, and subscribe."""
        told = self.parameters
        self._session = Session(told, Capturing(told))
        self._taken.callback(self._session.close)
        self._listen(Image, f"camera/{told.camera}/image_raw", self._on_image, IMAGES)
        self._listen(PoseStamped, "end_effector_pose", self._on_hand, RECORDED_STATES)
        for name, callback in (("capture", self._on_capture), ("finish", self._on_finish)):
            service = self.create_service(Trigger, f"calibration/{name}", callback)
            self._taken.callback(self.destroy_service, service)

    def activate(self) -> None:
        """Begin to capture."""
        self._active = True

    def deactivate(self) -> None:
        """Stop capturing; nothing that was captured is lost."""
        self._active = False
        if self._session is not None and self._session.unsaved:
            self._finish()

    def cleanup(self) -> None:
        """Unsubscribe and free the detector."""
        self._taken.close()
        self._session = None

    def report(self) -> Report:
        """Say what was captured and what is missing."""
        session, values = self.session, self.session.values
        if self._complaint:
            return Report(Level.ERROR, self._complaint, values)
        return Report(Level.WARN if session.missing else Level.OK, session.missing or "enough is captured", values)

    def _listen(self, kind: type, topic: str, callback: object, quality: QoSProfile) -> None:
        subscription = self.create_subscription(kind, topic, callback, quality)  # type: ignore[arg-type]
        self._taken.callback(self.destroy_subscription, subscription)

    def _on_hand(self, message: PoseStamped) -> None:
        if message.header.frame_id != self.parameters.frame:
            self._complain(f"end_effector_pose is in frame {message.header.frame_id!r}, not {self.parameters.frame!r}")
        elif self._active:
            self.session.see_hand(from_stamp(message.header.stamp), from_pose_message(message.pose))

    def _on_image(self, message: Image) -> None:
        if not self._active:
            return
        try:
            image = to_grey(from_image_message(message), message.encoding)
            taken = self.session.see_image(image, from_stamp(message.header.stamp))
        except DiffpolError as error:
            self._complain(str(error))
            return
        self._complaint = ""
        if taken:
            self._tell(self.session.progress)

    def _on_capture(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        refused = self.session.capture_now()
        response.success, response.message = not refused, refused or f"{self.session.count} taken"
        return response

    def _on_finish(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        response.success, response.message = self._finish()
        return response

    def _finish(self) -> tuple[bool, str]:
        try:
            saved, text = True, self.session.finish()
        except DiffpolError as error:
            saved, text = False, str(error)
        self._tell(text)
        return saved, text

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            self.get_logger().info(text)

    def _complain(self, complaint: str) -> None:
        self._complaint = complaint
        self.get_logger().error(complaint, throttle_duration_sec=COMPLAINT_PERIOD_S)


def main(arguments: list[str] | None = None) -> None:
    """Run the node."""
    run_node(CalibrationNode, arguments)


if __name__ == "__main__":
    main()

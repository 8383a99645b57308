"""The estimation node on a real graph: images in, poses out, disagreements named."""

import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus  # noqa: E402
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from sensor_msgs.msg import CameraInfo, JointState  # noqa: E402
from sensor_msgs.msg import Image as ImageMessage  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

from diffpol_ros.core.errors import DiffpolError  # noqa: E402
from diffpol_ros.core.types import Pose, RobotState, Tracking  # noqa: E402
from diffpol_ros.nodes.estimation_node import EstimationNode  # noqa: E402
from diffpol_ros.nodes.messages import from_estimate_message, header, to_image_message, to_joint_state, to_pose_stamped  # noqa: E402
from diffpol_ros.nodes.object_status import from_status_message  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS, IMAGES, STATES  # noqa: E402
from tests.estimation.scenes import BASE, BLOCK, CALIBRATION, FRONT, block_pose, draw, error  # noqa: E402

pytestmark = pytest.mark.ros
DEADLINE_S = 20.0
FRAME_PERIOD_S = 0.03
TRUTH = block_pose(np.random.default_rng(0))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else TRUTH
THINGS = [(BASE, FIXED), (BLOCK, TRUTH)]
IMAGES_SHOWN = [draw(FRONT, THINGS, seed) for seed in range(3)]
START_NS = 1_700_000_000_000_000_000
FILES = [
    f"cameras:=['{CALIBRATION}/cameras/front.yaml']",
    f"objects:=['{CALIBRATION}/objects/block.yaml']",
    f"landmarks:=['{CALIBRATION}/objects/base.yaml']",
    "maximum_age:=0.0",
    "maximum_latency:=0.0",
]
JOINTS = [f"panda_joint{i}" for i in range(1, 8)]
MATRIX = [float(value) for value in FRONT.matrix.ravel()]


class Driver(Node):
    """Plays a camera and listens."""

    def __init__(self) -> None:
        super().__init__("driver", use_global_arguments=False)
        self.poses: list[PoseWithCovarianceStamped] = []
        self.reports: list[DiagnosticStatus] = []
        self.information = self.create_publisher(CameraInfo, "camera/front/camera_info", IMAGES)
        self.images = self.create_publisher(ImageMessage, "camera/front/image_raw", IMAGES)
        self.create_subscription(PoseWithCovarianceStamped, "objects/block/pose", self.poses.append, EVENTS)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_report, EVENTS)
        self.reset = self.create_client(Trigger, "estimation/reset")
        self.statuses: list[dict[str, Tracking]] = []
        self.create_subscription(DiagnosticArray, "objects/status", self._on_status, EVENTS)
        self.joints = self.create_publisher(JointState, "joint_states", STATES)
        self.hand = self.create_publisher(PoseStamped, "end_effector_pose", STATES)
        self._count = 0

    def shoot(self, image: np.ndarray | None = None, matrix: list[float] | None = MATRIX, stamp_ns: int = 0) -> None:
        """Publish one frame, exposed at `stamp_ns` or 10 ms after the last."""
        self._count += 1
        image = IMAGES_SHOWN[self._count % 3] if image is None else image
        height, width = image.shape[:2]
        stamp_ns = stamp_ns or START_NS + 10_000_000 * self._count
        if matrix is not None:
            self.information.publish(
                CameraInfo(header=header(stamp_ns, FRONT.frame), width=width, height=height, k=matrix, d=[0.0] * 5)
            )
        self.images.publish(to_image_message(image, stamp_ns, FRONT.frame))

    def rewind(self) -> None:
        """Go on with stamps half a second before the first."""
        self._count = -50

    def _on_status(self, message: DiagnosticArray) -> None:
        self.statuses.append(from_status_message(message))

    def _on_report(self, message: DiagnosticArray) -> None:
        self.reports += [status for status in message.status if status.name == "estimation"]


class Graph:
    """The node under test beside a driver, on one executor."""

    def __init__(self) -> None:
        self.driver = Driver()
        self.node = EstimationNode()
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.driver)
        self.executor.add_node(self.node)

    def until(self, done: Callable[[], bool], shoot: Callable[[], None] | None = None) -> None:
        """Spin, shooting all the while, until `done`, or fail at the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        due = 0.0
        while not done():
            assert time.monotonic() < deadline, f"waited {DEADLINE_S} s; last report {self.driver.reports[-1:]}"
            if shoot is not None and time.monotonic() > due:
                shoot()
                due = time.monotonic() + FRAME_PERIOD_S
            self.executor.spin_once(timeout_sec=FRAME_PERIOD_S)

    def drain(self) -> None:
        """Spin until nothing has come for a while."""
        came = -1
        while came != self._frames():
            came = self._frames()
            for _ in range(10):
                self.executor.spin_once(timeout_sec=0.02)

    def reported(self, text: str, level: bytes) -> Callable[[], bool]:
        """Return a condition: the newest report has this level and says this."""
        reports = self.driver.reports
        return lambda: bool(reports) and reports[-1].level == level and text in reports[-1].message

    def _frames(self) -> int:
        figures = self.node.report().values
        return int(str(figures.get("frames.front", 0)))

    def close(self) -> None:
        """End both nodes."""
        self.executor.shutdown()
        self.node.close()
        self.driver.destroy_node()


Start = Callable[..., Graph]


@pytest.fixture
def start() -> Iterator[Start]:
    """Give a function that starts the graph with parameters of the node under test."""
    graphs: list[Graph] = []

    def begin(*parameters: str) -> Graph:
        words = [word for parameter in (*FILES, *parameters) for word in ("-p", parameter)]
        rclpy.init(args=["--ros-args", *words])
        graphs.append(Graph())
        return graphs[-1]

    yield begin
    for graph in graphs:
        graph.close()
    rclpy.try_shutdown()


def test_an_image_becomes_a_pose_stamped_with_its_exposure(start: Start) -> None:
    graph = start()
    graph.node.start()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
    message = graph.driver.poses[0]
    estimate = from_estimate_message("block", message)
    assert message.header.frame_id == "panda_link0"
    assert (estimate.stamp_ns - START_NS) % 10_000_000 == 0
    assert error(estimate.pose, TRUTH)[0] < 3.0
    assert np.all(np.linalg.eigvalsh(estimate.covariance) > 0.0)
    graph.until(graph.reported("running", DiagnosticStatus.OK), graph.driver.shoot)
    figures = {value.key: value.value for value in graph.driver.reports[-1].values}
    assert int(figures["frames.front"]) > 0
    assert float(figures["detection_ms.front"]) > 0.0
    assert figures["placement.front"] == "verified"
    assert "tracking.block" in figures


def test_a_camera_info_that_disagrees_stops_the_camera_and_is_named(start: Start) -> None:
    graph = start()
    graph.node.start()
    wrong = [600.0, *MATRIX[1:]]
    graph.until(
        graph.reported("camera front: camera_info disagrees: fx is 600 px, calibrated 570 px", DiagnosticStatus.ERROR),
        lambda: graph.driver.shoot(matrix=wrong),
    )
    assert graph.driver.poses == []


def test_an_image_of_another_size_is_named(start: Start) -> None:
    graph = start("needs_camera_info:=false")
    graph.node.start()
    graph.until(
        graph.reported("its calibration is for 640x480", DiagnosticStatus.ERROR),
        lambda: graph.driver.shoot(IMAGES_SHOWN[0][:240], None),
    )
    assert graph.driver.poses == []


def test_silence_of_a_camera_is_a_warning(start: Start) -> None:
    graph = start("needs_camera_info:=false")
    graph.node.start()
    graph.until(graph.reported("no images from camera front", DiagnosticStatus.WARN))


def test_reset_lets_older_stamps_in_again(start: Start) -> None:
    graph = start()
    graph.node.start()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
    graph.drain()
    future = graph.driver.reset.call_async(Trigger.Request())
    graph.until(future.done)
    response = future.result()
    assert response is not None
    assert response.success
    graph.driver.rewind()
    graph.until(lambda: any(_stamp_ns(pose) < START_NS for pose in graph.driver.poses), graph.driver.shoot)


def test_an_object_is_told_of_without_images_too(start: Start) -> None:
    graph = start("needs_camera_info:=false", "stale_after:=1.0e9", "lost_after:=1.0e9")
    graph.node.start()
    graph.until(lambda: graph.driver.statuses[-1:] == [{"block": Tracking.LOST}])
    graph.until(lambda: graph.driver.statuses[-1:] == [{"block": Tracking.TRACKING}], graph.driver.shoot)
    came = len(graph.driver.statuses)
    graph.until(lambda: len(graph.driver.statuses) > came + 3)


def test_an_image_upside_down_is_refused_by_name(start: Start) -> None:
    graph = start()
    graph.node.start()
    turned = [np.ascontiguousarray(image[::-1, ::-1]) for image in IMAGES_SHOWN]
    graph.until(
        graph.reported("camera front sees base", DiagnosticStatus.ERROR),
        lambda: graph.driver.shoot(turned.pop()) if turned else None,
    )
    assert graph.driver.poses == []


def test_a_frozen_camera_is_named(start: Start) -> None:
    graph = start()
    graph.node.start()
    graph.until(
        graph.reported("camera front is frozen", DiagnosticStatus.ERROR), lambda: graph.driver.shoot(IMAGES_SHOWN[0])
    )


def test_the_service_answers_and_diagnostics_come_while_frames_pour_in(start: Start) -> None:
    graph = start()
    graph.node.start()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
    future = graph.driver.reset.call_async(Trigger.Request())
    reports = len(graph.driver.reports)
    graph.until(lambda: future.done() and len(graph.driver.reports) > reports, graph.driver.shoot)


def test_the_hand_is_listened_to_where_it_is_needed(start: Start) -> None:
    graph = start("grasp_prior:=true")
    graph.node.start()
    wanted = graph.node.count_subscribers
    graph.until(lambda: wanted("end_effector_pose") == 1 and wanted("joint_states") == 1)
    state = RobotState(START_NS, np.zeros(7), np.zeros(7), np.zeros(7), 0.04)
    graph.driver.joints.publish(to_joint_state(state, JOINTS))
    strange = to_pose_stamped(TRUTH, START_NS, "map")
    graph.until(
        lambda: "end_effector_pose is in frame 'map'" in graph.node.complaint,
        lambda: graph.driver.hand.publish(strange),
    )


def test_an_object_in_the_gripper_is_carried_unseen_and_called_coasting(start: Start) -> None:
    graph = start("grasp_prior:=true", "needs_camera_info:=false")
    graph.node.start()
    driver, grip = graph.driver, Pose(TRUTH.position + np.array([0.0, 0.0, 0.01]), np.array([1.0, 0.0, 0.0, 0.0]))
    began: list[float] = []

    def play() -> None:
        """Grip the block once it was seen, hide it from then on, and lift it."""
        if not began and len(driver.poses) >= 3:
            began.append(time.monotonic())
        passed_s = time.monotonic() - began[0] if began else 0.0
        now_ns = graph.node.get_clock().now().nanoseconds
        if passed_s < 0.5:
            driver.shoot(matrix=None, stamp_ns=now_ns)
        raised = np.array([0.0, 0.0, max(0.0, 0.05 * (passed_s - 1.0))])
        state = RobotState(now_ns, np.zeros(7), np.zeros(7), np.zeros(7), 0.08 if passed_s < 0.2 else 0.06)
        driver.joints.publish(to_joint_state(state, JOINTS))
        driver.hand.publish(to_pose_stamped(Pose(grip.position + raised, grip.quaternion), now_ns, "panda_link0"))

    def lifted() -> bool:
        heights = [message.pose.pose.position.z for message in driver.poses[-1:]]
        return bool(heights) and heights[0] > TRUTH.position[2] + 0.03

    graph.until(lambda: lifted() and driver.statuses[-1:] == [{"block": Tracking.COASTING}], play)


def test_the_hand_is_left_alone_otherwise(start: Start) -> None:
    graph = start()
    graph.node.start()
    assert graph.node.count_subscribers("end_effector_pose") == 0


def test_no_thread_outlives_the_node(start: Start) -> None:
    graph = start()
    before = set(threading.enumerate())
    graph.node.start()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)
    graph.node.trigger_deactivate()
    graph.node.trigger_cleanup()
    assert not [thread.name for thread in set(threading.enumerate()) - before if thread.name.startswith("camera")]
    graph.node.start()
    graph.driver.poses.clear()
    graph.until(lambda: bool(graph.driver.poses), graph.driver.shoot)


def _stamp_ns(message: PoseWithCovarianceStamped) -> int:
    return from_estimate_message("block", message).stamp_ns


@pytest.mark.parametrize(
    ("parameter", "named"),
    [
        (f"cameras:=['{CALIBRATION}/cameras/nowhere.yaml']", r"nowhere\.yaml: does not exist"),
        (f"objects:=['{CALIBRATION}/objects/base.yaml']", "two objects share a name"),
        (f"landmarks:=['{CALIBRATION}/objects/block.yaml']", "no fixed_pose"),
        ("mode:=mean", "mode is 'mean'"),
        ("lost_after:=0.1", "lost_after"),
        ("decimat:=2.0", "did you mean 'decimate'"),
    ],
)
def test_what_cannot_be_is_refused_at_the_start(start: Start, parameter: str, named: str) -> None:
    graph = start(parameter)
    with pytest.raises(DiffpolError, match=named):
        graph.node.start()

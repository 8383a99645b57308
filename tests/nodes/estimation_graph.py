"""A graph of the estimation node and somebody who plays camera and robot for it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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

from diffpol_ros.core.types import Tracking  # noqa: E402
from diffpol_ros.nodes.estimation_node import EstimationNode  # noqa: E402
from diffpol_ros.nodes.messages import header, to_image_message  # noqa: E402
from diffpol_ros.nodes.object_status import from_status_message  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS, IMAGES, STATES  # noqa: E402
from tests.estimation.scenes import BASE, BLOCK, CALIBRATION, FRONT, block_pose, draw  # noqa: E402

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


@contextmanager
def starting() -> Iterator[Start]:
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

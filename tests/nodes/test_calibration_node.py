"""The calibration node on a real graph: still views become captures, and a folder that calibration reads."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus  # noqa: E402
from geometry_msgs.msg import PoseStamped  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from sensor_msgs.msg import Image as ImageMessage  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

from diffpol_ros.calibrate.captures import CaptureSet  # noqa: E402
from diffpol_ros.core.errors import DiffpolError  # noqa: E402
from diffpol_ros.core.types import Pose  # noqa: E402
from diffpol_ros.nodes.calibration_node import CalibrationNode, CalibrationParameters  # noqa: E402
from diffpol_ros.nodes.messages import to_image_message, to_pose_stamped  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS, IMAGES, STATES  # noqa: E402
from tests.estimation.scenes import BASE, CALIBRATION, FRONT, draw  # noqa: E402

pytestmark = pytest.mark.ros
DEADLINE_S = 20.0
START_NS = 1_700_000_000_000_000_000
PERIOD_NS = 50_000_000
HAND = Pose(np.array([0.45, 0.0, 0.35]), np.array([1.0, 0.0, 0.0, 0.0]))
LANDMARK = f"landmarks:=['{CALIBRATION}/objects/base.yaml']"


def base_in_view() -> np.ndarray:
    assert BASE.fixed_pose is not None
    return draw(FRONT, [(BASE, BASE.fixed_pose.pose)])


IMAGE = base_in_view()


class Driver(Node):
    """Plays camera and robot, and listens."""

    def __init__(self) -> None:
        super().__init__("driver", use_global_arguments=False)
        self.reports: list[DiagnosticStatus] = []
        self.images = self.create_publisher(ImageMessage, "camera/front/image_raw", IMAGES)
        self.hands = self.create_publisher(PoseStamped, "end_effector_pose", STATES)
        self.create_subscription(DiagnosticArray, "/diagnostics", self._on_report, EVENTS)
        self.triggers = {name: self.create_client(Trigger, f"calibration/{name}") for name in ("capture", "finish")}
        self._stamp_ns = START_NS

    def shoot(self, frame: str = "panda_link0") -> None:
        """Publish a hand and an image of one instant."""
        self._stamp_ns += PERIOD_NS
        self.hands.publish(to_pose_stamped(HAND, self._stamp_ns, frame))
        self.images.publish(to_image_message(IMAGE, self._stamp_ns, FRONT.frame))

    def _on_report(self, message: DiagnosticArray) -> None:
        self.reports += [status for status in message.status if status.name == "calibration"]


class Graph:
    """The node under test beside a driver, on one executor."""

    def __init__(self) -> None:
        self.driver, self.node = Driver(), CalibrationNode()
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.driver)
        self.executor.add_node(self.node)

    def until(self, done: Callable[[], bool], shoot: Callable[[], None] | None = None) -> None:
        """Spin, shooting all the while, until `done`, or fail at the deadline."""
        deadline = time.monotonic() + DEADLINE_S
        while not done():
            assert time.monotonic() < deadline, f"waited {DEADLINE_S} s; last report {self.driver.reports[-1:]}"
            if shoot is not None:
                shoot()
            self.executor.spin_once(timeout_sec=0.05)

    def call(self, name: str) -> Trigger.Response:
        """Return what a service of the node answers."""
        self.until(self.driver.triggers[name].service_is_ready)
        future = self.driver.triggers[name].call_async(Trigger.Request())
        self.until(future.done)
        response = future.result()
        assert response is not None
        return response

    def close(self) -> None:
        """End both nodes."""
        self.executor.shutdown()
        self.node.close()
        self.driver.destroy_node()


Start = Callable[..., Graph]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Give a function that makes the graph with parameters of the node under test."""
    graphs: list[Graph] = []

    def begin(*parameters: str) -> Graph:
        words = [word for one in (f"folder:={tmp_path}/set", LANDMARK, *parameters) for word in ("-p", one)]
        rclpy.init(args=["--ros-args", *words])
        graphs.append(Graph())
        return graphs[-1]

    yield begin
    for graph in graphs:
        graph.close()
    rclpy.try_shutdown()


def test_still_views_are_taken_by_themselves_and_saved(start: Start, tmp_path: Path) -> None:
    graph = start("purpose:=extrinsics", "captures:=3", "serial:=A1")
    graph.node.start()
    graph.until(lambda: graph.node.session.count == 3, graph.driver.shoot)
    graph.until(
        lambda: bool(graph.driver.reports) and graph.driver.reports[-1].message == "enough is captured",
        graph.driver.shoot,
    )
    figures = {value.key: value.value for value in graph.driver.reports[-1].values}
    assert figures["captures"] == "3"
    answer = graph.call("finish")
    assert answer.success
    assert "3 images saved" in answer.message
    loaded = CaptureSet.load(tmp_path / "set")
    assert (loaded.camera, loaded.serial, len(loaded.captures)) == ("front", "A1", 3)
    assert (loaded.captures[0].stamp_ns - START_NS) % PERIOD_NS == 0
    again = graph.call("finish")
    assert not again.success
    assert "saved" in again.message


def test_a_view_is_taken_when_it_is_asked_for(start: Start) -> None:
    graph = start("purpose:=extrinsics", "still_for:=4.0")
    graph.node.start()
    refused = graph.call("capture")
    assert not refused.success
    assert "no image of camera front" in refused.message
    shot = [0]

    def shoot() -> None:
        graph.driver.shoot()
        shot[0] += 1

    graph.until(lambda: shot[0] > 5, shoot)
    graph.until(lambda: graph.call("capture").success, graph.driver.shoot)
    assert graph.node.session.count == 1


def test_a_wiggle_keeps_every_hand_and_what_was_captured_is_saved_at_the_end(start: Start, tmp_path: Path) -> None:
    graph = start("purpose:=time_offset", "wiggle:=1.0")
    graph.node.start()
    graph.until(lambda: not graph.node.session.missing, graph.driver.shoot)
    graph.node.deactivate()
    loaded = CaptureSet.load(tmp_path / "set")
    assert len(loaded.captures) > 10
    assert len(loaded.hands) > 10


def test_hands_of_another_frame_are_named(start: Start) -> None:
    graph = start("purpose:=time_offset")
    graph.node.start()
    graph.until(
        lambda: any("is in frame 'world', not 'panda_link0'" in report.message for report in graph.driver.reports),
        lambda: graph.driver.hands.publish(to_pose_stamped(HAND, START_NS, "world")),
    )


@pytest.mark.parametrize(
    ("parameter", "named"),
    [
        ("purpose:=everything", "purpose is 'everything'"),
        ("board:=nowhere", "nowhere"),
        ("still_mmm:=1.0", "did you mean 'still_mm'"),
    ],
)
def test_what_cannot_be_is_refused_at_the_start(start: Start, parameter: str, named: str) -> None:
    graph = start(parameter)
    with pytest.raises(DiffpolError, match=named):
        graph.node.start()


def test_the_parameter_file_holds_every_parameter_as_it_is_by_default(repository: Path) -> None:
    text = (repository / "launch" / "params" / "calibration.yaml").read_text(encoding="utf-8")
    given = yaml.safe_load(text)["/**"]["ros__parameters"]
    plain = dataclasses.asdict(CalibrationParameters())
    assert given == {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

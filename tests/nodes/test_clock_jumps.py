"""Where /clock goes back or leaps ahead, what was known of another time is forgotten; where it stands, nothing is."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from geometry_msgs.msg import PoseWithCovarianceStamped  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from rosgraph_msgs.msg import Clock  # noqa: E402
from sensor_msgs.msg import Image  # noqa: E402

from diffpol_ros.core.clock import to_ns  # noqa: E402
from diffpol_ros.core.types import Tracking  # noqa: E402
from diffpol_ros.nodes.clock_jumps import LEAP_S, ClockJumps  # noqa: E402
from diffpol_ros.nodes.estimation_node import EstimationNode  # noqa: E402
from diffpol_ros.nodes.messages import from_stamp, to_image_message, to_stamp  # noqa: E402
from diffpol_ros.nodes.object_status import blindness, from_status_message  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS, IMAGES  # noqa: E402
from tests.estimation.scenes import BASE, BLOCK, CALIBRATION, FRONT, block_pose, draw  # noqa: E402

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros")]
DEADLINE_S = 30.0
START_S = 1_700_000_000.0
TRUTH = block_pose(np.random.default_rng(0))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else TRUTH
PICTURES = [draw(FRONT, [(BASE, FIXED), (BLOCK, TRUTH)], seed) for seed in range(3)]
TOLD = [
    "estimation:use_sim_time:=true",
    f"estimation:cameras:=['{CALIBRATION}/cameras/front.yaml']",
    f"estimation:objects:=['{CALIBRATION}/objects/block.yaml']",
    f"estimation:landmarks:=['{CALIBRATION}/objects/base.yaml']",
    "estimation:needs_camera_info:=false",
    "listener:use_sim_time:=true",
]


class World(Node):
    """Tells the time, shows pictures, and hears what estimation says."""

    def __init__(self) -> None:
        super().__init__("world")
        self.statuses: list[DiagnosticArray] = []
        self.poses: list[PoseWithCovarianceStamped] = []
        self.now_s = 0.0
        self._shown = 0
        self._clock_told = self.create_publisher(Clock, "/clock", EVENTS)
        self._images = self.create_publisher(Image, "camera/front/image_raw", IMAGES)
        self.create_subscription(DiagnosticArray, "objects/status", self.statuses.append, EVENTS)
        self.create_subscription(PoseWithCovarianceStamped, "objects/block/pose", self.poses.append, EVENTS)

    def tell(self, now_s: float) -> None:
        """Say what time it is, in [s] since the beginning."""
        self.now_s = now_s
        self._clock_told.publish(Clock(clock=to_stamp(stamp_ns(now_s))))

    def go_on(self, *, show: bool) -> None:
        """Let 10 ms pass; with `show`, seven of them bring a picture."""
        self.tell(self.now_s + 0.01)
        if show and round(self.now_s * 100) % 7 == 0:
            self._shown += 1
            self._images.publish(to_image_message(PICTURES[self._shown % 3], stamp_ns(self.now_s), FRONT.frame))

    @property
    def tracking(self) -> Tracking | None:
        """Return what estimation said last of the block."""
        return from_status_message(self.statuses[-1])["block"] if self.statuses else None


def stamp_ns(now_s: float) -> int:
    return to_ns(START_S) + to_ns(now_s)


class Stage:
    """A world and a node that lives in it, in one executor."""

    def __init__(self, make: Callable[[], Node]) -> None:
        words = [word for parameter in TOLD for word in ("-p", parameter)]
        rclpy.init(args=["--ros-args", *words])
        self.executor = SingleThreadedExecutor()
        self.world, self.node = World(), make()
        self.executor.add_node(self.world)
        self.executor.add_node(self.node)

    def until(self, done: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not done():
            assert time.monotonic() < deadline, "not in time"
            meanwhile()
            for _ in range(5):
                self.executor.spin_once(timeout_sec=0.002)

    def show(self) -> None:
        self.world.go_on(show=True)

    def wait(self) -> None:
        self.world.go_on(show=False)


@pytest.fixture
def stage() -> Iterator[Callable[[Callable[[], Node]], Stage]]:
    made: list[Stage] = []

    def make(kind: Callable[[], Node]) -> Stage:
        made.append(Stage(kind))
        return made[-1]

    yield make
    for each in made:
        each.executor.shutdown()
        each.node.close() if isinstance(each.node, EstimationNode) else each.node.destroy_node()
        each.world.destroy_node()
    rclpy.try_shutdown()


def tracked(stage: Callable[[Callable[[], Node]], Stage]) -> Stage:
    """Return a stage on which the block is seen."""
    made = stage(EstimationNode)
    assert isinstance(made.node, EstimationNode)
    made.node.start()
    made.until(lambda: made.world.tracking is Tracking.TRACKING and len(made.world.poses) > 8, made.show)
    return made


def test_each_jump_is_told_once_and_neither_the_first_time_nor_small_steps(
    stage: Callable[[Callable[[], Node]], Stage],
) -> None:
    made, told = stage(lambda: Node("listener")), list[str]()
    jumps = ClockJumps(made.node, told.append)
    for now_s, expected in (
        (5.0, 0),
        (5.0 + 0.9 * LEAP_S, 0),
        (5.0, 1),
        (5.0 + 1.1 * LEAP_S, 2),
        (5.01 + 1.1 * LEAP_S, 2),
        (5.0 + 1.1 * LEAP_S, 3),
    ):
        made.until(
            lambda now_s=now_s: made.node.get_clock().now().nanoseconds == stamp_ns(now_s),
            lambda now_s=now_s: made.world.tell(now_s),
        )
        assert len(told) == expected
    jumps.look(made.node.get_clock().now().nanoseconds)
    assert told[0].startswith("the clock stepped back by 1.8") and told[1].startswith("the clock leapt ahead by 2.2")
    assert told[2:] == ["the clock stepped back by 0.010 s"]
    jumps.close()


@pytest.mark.parametrize("jump_s", [-0.3, -5.0, 1.1 * LEAP_S])
def test_estimation_forgets_what_it_saw_in_another_time(
    stage: Callable[[Callable[[], Node]], Stage], jump_s: float
) -> None:
    made = tracked(stage)
    world = made.world
    arrived_s = world.now_s + jump_s
    world.tell(arrived_s)
    made.until(lambda: world.tracking is Tracking.LOST, made.wait)
    (status,) = (each for each in world.statuses[-1].status if each.name == "block")
    assert {each.key: each.value for each in status.values}["seen"] == "False"
    world.poses.clear()
    made.until(lambda: world.tracking is Tracking.TRACKING and len(world.poses) > 3, made.show)
    stamps = [from_stamp(pose.header.stamp) for pose in world.poses]
    assert all(stamp_ns(arrived_s) < each <= stamp_ns(world.now_s) for each in stamps)


def test_cameras_are_not_silent_while_the_world_stands_still(stage: Callable[[Callable[[], Node]], Stage]) -> None:
    made = tracked(stage)
    world = made.world
    world.statuses.clear()
    deadline = time.monotonic() + 0.5
    made.until(lambda: time.monotonic() > deadline)
    made.until(lambda: len(world.statuses) > 10, made.show)
    assert [blindness(status) for status in world.statuses] == [""] * len(world.statuses)
    assert world.tracking is Tracking.TRACKING

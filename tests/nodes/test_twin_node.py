"""The twin on a real graph: truth at its rates, resets by seed, pictures of the exposure they are stamped with."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest

rclpy = pytest.importorskip("rclpy")

from geometry_msgs.msg import PoseStamped  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from rclpy.parameter import Parameter  # noqa: E402
from rosgraph_msgs.msg import Clock  # noqa: E402
from sensor_msgs.msg import CameraInfo, Image, JointState  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402

from diffpol_ros.core.errors import DiffpolError  # noqa: E402
from diffpol_ros.estimation.calibration import load_camera  # noqa: E402
from diffpol_ros.nodes.lifecycle import StageNode  # noqa: E402
from diffpol_ros.nodes.messages import from_image_message, from_pose_message, from_stamp  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS, IMAGES, STATES  # noqa: E402
from diffpol_ros.nodes.twin_camera_node import TwinCameraNode  # noqa: E402
from diffpol_ros.nodes.twin_node import TwinNode  # noqa: E402
from diffpol_ros.twin.simulation import Simulation  # noqa: E402

pytestmark = pytest.mark.ros
DEADLINE_S = 30.0


class Audience(Node):
    """Listens to everything the twin says."""

    def __init__(self) -> None:
        super().__init__("audience", use_global_arguments=False)
        self.scenes: list[JointState] = []
        self.blocks: list[PoseStamped] = []
        self.images: list[Image] = []
        self.infos: list[CameraInfo] = []
        self.clocks: list[Clock] = []
        self.create_subscription(JointState, "twin/scene", self.scenes.append, STATES)
        self.create_subscription(PoseStamped, "twin/truth/block", self.blocks.append, STATES)
        self.create_subscription(Image, "camera/front/image_raw", self.images.append, IMAGES)
        self.create_subscription(CameraInfo, "camera/front/camera_info", self.infos.append, IMAGES)
        self.create_subscription(Clock, "/clock", self.clocks.append, EVENTS)
        self.reset = self.create_client(Trigger, "twin/reset")


class Theatre:
    """Nodes of the twin and an audience, in one process."""

    def __init__(self) -> None:
        self._nodes: list[StageNode[Any]] = []
        self._executor: SingleThreadedExecutor
        self.audience: Audience

    def open(self, kinds: Sequence[type[TwinNode] | type[TwinCameraNode]], *parameters: str) -> None:
        rclpy.init(args=["--ros-args", *(word for parameter in parameters for word in ("-p", parameter))])
        self.audience = Audience()
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.audience)
        for kind in kinds:
            node = kind()
            self._nodes.append(node)
            node.start()
            self._executor.add_node(node)

    def node(self, kind: type[StageNode[Any]]) -> StageNode[Any]:
        return next(node for node in self._nodes if isinstance(node, kind))

    def wait_for(self, condition: Callable[[], object]) -> None:
        end = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < end, "nothing came in time"
            self._executor.spin_once(timeout_sec=0.1)

    def reset(self) -> Trigger.Response:
        future = self.audience.reset.call_async(Trigger.Request())
        self.wait_for(future.done)
        response = future.result()
        assert response is not None
        return response

    def close(self) -> None:
        for node in self._nodes:
            node.close()
        self._nodes.clear()
        if rclpy.ok():
            self._executor.shutdown()
            self.audience.destroy_node()
        rclpy.try_shutdown()


@pytest.fixture
def theatre() -> Iterator[Theatre]:
    theatre = Theatre()
    yield theatre
    theatre.close()


def free_ports() -> list[str]:
    with socket.socket() as first, socket.socket() as second:
        for unbound in (first, second):
            unbound.bind(("127.0.0.1", 0))
        return [f"twin:arm_port:={first.getsockname()[1]}", f"twin:gripper_port:={second.getsockname()[1]}"]


def test_the_truth_comes_in_exact_steps_of_the_robots_time(theatre: Theatre) -> None:
    theatre.open([TwinNode], *free_ports())
    theatre.wait_for(lambda: len(theatre.audience.blocks) >= 10)
    stamps = [from_stamp(message.header.stamp) for message in theatre.audience.blocks]
    assert all((later - stamps[0]) % 20_000_000 == 0 for later in stamps)
    assert theatre.audience.blocks[0].header.frame_id == "panda_link0"
    assert abs(stamps[-1] - time.time_ns()) < 2_000_000_000
    assert not theatre.audience.clocks


def test_a_reset_puts_the_block_where_the_seed_parameter_says(theatre: Theatre) -> None:
    theatre.open([TwinNode], *free_ports())
    theatre.node(TwinNode).set_parameters([Parameter("seed", value=12)])
    response = theatre.reset()
    assert response.success and "12" in response.message
    theatre.audience.blocks.clear()
    theatre.wait_for(lambda: theatre.audience.blocks)
    pose = from_pose_message(theatre.audience.blocks[-1].pose)
    np.testing.assert_allclose(pose.position, Simulation(seed=12).block_pose().position, atol=1e-3)


def test_other_parameters_do_not_change_while_it_runs(theatre: Theatre) -> None:
    theatre.open([TwinNode], *free_ports())
    result = theatre.node(TwinNode).set_parameters([Parameter("speed", value=2.0)])[0]
    assert not result.successful


def test_a_twin_at_another_speed_gives_the_graph_its_clock(theatre: Theatre) -> None:
    theatre.open([TwinNode], *free_ports(), "twin:speed:=0.5")
    theatre.wait_for(lambda: len(theatre.audience.clocks) >= 5)
    stamps = [from_stamp(message.clock) for message in theatre.audience.clocks]
    assert all((later - stamps[0]) % 10_000_000 == 0 for later in stamps)


@pytest.mark.gl
def test_a_picture_shows_the_scene_it_is_stamped_with(theatre: Theatre) -> None:
    parameters = ["twin_camera:cameras:=[front]", "twin_camera:rates:=[10.0]", "twin_camera:noise:=0.0"]
    theatre.open([TwinNode, TwinCameraNode], *free_ports(), *parameters)
    audience, calibration = theatre.audience, load_camera("front")
    theatre.wait_for(lambda: len(audience.images) >= 3)
    scenes = {from_stamp(message.header.stamp) for message in audience.scenes}
    stamps = [from_stamp(message.header.stamp) for message in audience.images]
    assert scenes & set(stamps)
    assert {from_stamp(message.header.stamp) for message in audience.infos} & set(stamps)
    assert min(np.diff(stamps)) > 45_000_000
    image, info = audience.images[0], audience.infos[0]
    assert (image.width, image.height, image.encoding) == (640, 480, "rgb8")
    assert image.header.frame_id == info.header.frame_id == calibration.frame
    np.testing.assert_allclose(np.reshape(info.k, (3, 3)), calibration.matrix)
    assert from_image_message(image).std() > 10.0


@pytest.mark.gl
def test_latency_is_added_and_frames_are_dropped_as_asked(theatre: Theatre) -> None:
    parameters = ["twin_camera:cameras:=[front]", "twin_camera:rates:=[15.0]", "twin_camera:latency:=0.3"]
    theatre.open([TwinNode, TwinCameraNode], *free_ports(), *parameters, "twin_camera:dropped:=0.5")
    audience = theatre.audience
    theatre.wait_for(lambda: len(audience.images) >= 3)
    assert time.time_ns() - from_stamp(audience.images[-1].header.stamp) >= 300_000_000
    theatre.wait_for(lambda: int(str(theatre.node(TwinCameraNode).report().values["dropped"])) > 0)


def test_a_port_in_use_is_named_and_nothing_is_left_half_made(theatre: Theatre) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(DiffpolError, match=str(port)):
            theatre.open([TwinNode], free_ports()[0], f"twin:gripper_port:={port}")
    theatre.close()


@pytest.mark.gl
def test_a_camera_that_does_not_exist_is_named(theatre: Theatre) -> None:
    with pytest.raises(DiffpolError, match=r"frnt.*front"):
        theatre.open([TwinCameraNode], "cameras:=[frnt]", "rates:=[10.0]")


def test_rates_must_match_the_cameras(theatre: Theatre) -> None:
    with pytest.raises(DiffpolError, match="rates has 2 entries for 1 cameras"):
        theatre.open([TwinCameraNode], "cameras:=[front]", "rates:=[10.0, 5.0]")

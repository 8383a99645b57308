"""What goes wrong while the arm moves: it is held or stopped, and somebody says why."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

rclpy = pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray  # noqa: E402
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.node import Node  # noqa: E402
from std_srvs.srv import Trigger  # noqa: E402
from trajectory_msgs.msg import MultiDOFJointTrajectory  # noqa: E402

from diffpol_ros.control.policy_watch import Heartbeat  # noqa: E402
from diffpol_ros.graph.supervisor import NodeFailure, Supervisor  # noqa: E402
from diffpol_ros.nodes.heartbeat import TOPIC, to_heartbeat_message  # noqa: E402
from diffpol_ros.nodes.quality import EVENTS  # noqa: E402
from diffpol_ros.nodes.session import ros_node  # noqa: E402
from tests.graph_run import arguments, running  # noqa: E402

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("system"), pytest.mark.timeout(120)]
DEADLINE_S = 40.0
FIT = to_heartbeat_message(Heartbeat("one", "made_up", "d1", "panda", "panda_link0", 0.1, True), "policy", 0)


class Watcher:
    """Calls the bridge's services, beats as a policy that may be followed, and remembers the gate's last words."""

    def __init__(self, node: Node) -> None:
        self.words = ""
        self.node = node
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(node)
        node.create_subscription(DiagnosticArray, "gate", self._on_gate, EVENTS)
        beats = node.create_publisher(DiagnosticArray, TOPIC, EVENTS)
        node.create_timer(0.03, lambda: beats.publish(FIT))

    def _on_gate(self, message: DiagnosticArray) -> None:
        self.words = message.status[0].message

    def wait(self, done: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + DEADLINE_S
        while not done():
            assert time.monotonic() < deadline, f"{what} did not happen; the gate says {self.words!r}"
            self._executor.spin_once(timeout_sec=0.05)

    def call(self, name: str) -> Trigger.Response:
        client = self.node.create_client(Trigger, name)
        self.wait(client.service_is_ready, name)
        future = client.call_async(Trigger.Request())
        self.wait(future.done, name)
        response = future.result()
        assert response
        return response

    def close(self) -> None:
        self._executor.shutdown()


@contextmanager
def armed(folder: Path) -> Iterator[tuple[Supervisor, Watcher]]:
    """Give twin and bridge, the bridge enabled."""
    with running(folder, {"twin", "bridge"}, arguments(folder)) as supervisor, ros_node("watcher") as node:
        watcher = Watcher(node)
        watcher.wait(lambda: watcher.call("bridge/reset").success, "a reset")
        watcher.wait(lambda: watcher.call("bridge/enable").success, "enabling")
        watcher.wait(lambda: bool(watcher.words) and not watcher.words.upper().startswith("STOP"), "an armed gate")
        yield supervisor, watcher
        watcher.close()


def test_a_dead_twin_stops_the_bridge_and_is_named(tmp_path: Path) -> None:
    with armed(tmp_path) as (supervisor, watcher):
        supervisor.process("twin").kill()
        watcher.wait(lambda: watcher.words.upper().startswith("STOP"), "a stop")
        assert supervisor.process("bridge").poll() is None
        with pytest.raises(NodeFailure, match="node twin was killed by SIGKILL"):
            supervisor.check()
        assert not watcher.call("bridge/enable").success


def test_a_second_publisher_of_chunks_stops_the_bridge_and_both_are_named(tmp_path: Path) -> None:
    with armed(tmp_path) as (_, watcher):
        publishers = [watcher.node.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS) for _ in range(2)]
        watcher.wait(lambda: watcher.words.upper().startswith("STOP"), "a stop")
        assert "action_chunk has 2 publishers" in watcher.words
        assert "/watcher" in watcher.words
        assert len(publishers) == 2

"""A robot that is lost, hangs or needs a person stops the arm by name, whatever its calls do meanwhile."""

import threading
from collections.abc import Iterator

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.core.types import RobotState
from diffpol_ros.robots.base import NeedsRecovery, RobotUnreachable
from tests.nodes.bridge_graph import DEADLINE_S, Graph, live_twin

pytestmark = pytest.mark.ros


@pytest.fixture
def graph() -> Iterator[Graph]:
    twin = live_twin()
    made = Graph(twin)
    yield made
    made.close()
    twin.close()


def test_a_lost_robot_stops_the_arm_and_the_node_goes_on(graph: Graph) -> None:
    graph.move()
    graph.twin.server.stop()
    graph.wait_for_verdict("STOP")
    graph.wait_for(lambda: graph.operator.reports and graph.operator.reports[-1].startswith("no robot"))
    assert graph.call("reset").success
    refused = graph.call("enable")
    assert not refused.success and "no robot" in refused.message


def test_a_robot_that_hangs_is_late_then_lost_although_its_call_has_not_returned(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    let = threading.Event()

    def hang() -> RobotState:
        let.wait(DEADLINE_S)
        raise RobotUnreachable("at last")

    graph.move()
    monkeypatch.setattr(graph.robot, "state", hang)
    graph.wait_for_verdict("HOLD: the robot has not answered for 0.")
    graph.wait_for_verdict("STOP: the robot has not answered for 1.")
    assert not let.is_set()
    let.set()
    monkeypatch.undo()
    graph.wait_for(lambda: graph.operator.values and graph.operator.values[-1].get("gate.stop.robot_lost"))
    assert graph.call("reset").success
    graph.move_again()


def test_a_robot_that_latched_an_error_is_recovered_only_when_asked(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    recovered = threading.Event()

    def refuse() -> RobotState:
        raise NeedsRecovery("a reflex: look at the arm, then call bridge/recover")

    graph.move()
    refused = graph.call("recover")
    assert not refused.success and "the arm is enabled: stop it" in refused.message
    refused = graph.call("home_gripper")
    assert not refused.success and "the arm is enabled: stop it" in refused.message
    with monkeypatch.context() as patched:
        patched.setattr(graph.robot, "state", refuse)
        graph.wait_for_verdict("STOP: the robot is lost: a reflex")
    monkeypatch.setattr(graph.robot, "recover", recovered.set)
    graph.wait_for(lambda: graph.call("recover").success)
    assert recovered.is_set()
    assert graph.call("reset").success
    graph.move_again()

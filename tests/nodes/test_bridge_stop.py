"""bridge/stop is heard while another call is still answered, and a bridge that is not active arms nothing."""

import threading
from collections.abc import Iterator

import pytest

pytest.importorskip("rclpy")

from std_srvs.srv import Trigger

from tests.nodes.bridge_graph import DEADLINE_S, Graph, live_twin

pytestmark = pytest.mark.ros


@pytest.fixture
def graph() -> Iterator[Graph]:
    twin = live_twin()
    made = Graph(twin, alone=True)
    yield made
    made.close()
    twin.close()


def test_a_stop_while_the_controller_starts_is_answered_first_and_wins(
    graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    starting, let = threading.Event(), threading.Event()
    start = graph.robot.start_controller

    def slowly() -> None:
        starting.set()
        assert let.wait(DEADLINE_S)
        start()

    graph.wait_for(lambda: graph.operator.poses and graph.heard)
    monkeypatch.setattr(graph.robot, "start_controller", slowly)
    enabled = graph.operator.triggers["enable"].call_async(Trigger.Request())
    graph.wait_for(starting.is_set)
    graph.wait_for_verdict("HOLD: the robot has not answered for")
    assert graph.call("stop").success
    assert not enabled.done()
    graph.wait_for_verdict("STOP: bridge/stop was called")
    let.set()
    graph.wait_for(enabled.done)
    answer = enabled.result()
    assert answer is not None and not answer.success and "bridge/stop was called" in answer.message
    assert not graph.bridge._bridge.follower.enabled and graph.operator.targets == []
    monkeypatch.undo()
    assert graph.call("reset").success
    graph.move_again()


def test_a_bridge_that_is_not_active_arms_nothing(graph: Graph) -> None:
    graph.move()
    graph.bridge.trigger_deactivate()
    graph.wait_for_verdict("STOP: the bridge node was deactivated")
    graph.operator.verdicts.clear()
    for name in ("reset", "enable", "recover", "home_gripper"):
        refused = graph.call(name)
        assert not refused.success and "not active" in refused.message
    assert graph.call("stop").success
    graph.operator.targets.clear()
    graph.bridge.trigger_activate()
    graph.wait_for_verdict("STOP: the bridge node was deactivated")
    assert graph.operator.targets == []
    assert graph.call("reset").success
    graph.move_again()

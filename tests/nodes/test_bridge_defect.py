"""A mistake of ours in the loop stops the arm by name and ends its controller; the node and its services live on."""

from collections.abc import Iterator

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.twin.controllers import NativeController
from tests.nodes.bridge_graph import Graph, live_twin

pytestmark = pytest.mark.ros


@pytest.fixture
def graph() -> Iterator[Graph]:
    twin = live_twin()
    made = Graph(twin)
    yield made
    made.close()
    twin.close()


@pytest.mark.parametrize("place", ["step", "accept"])
def test_a_mistake_in_the_follower_is_a_stop_that_names_it(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def mistaken(*_: object) -> None:
        raise ZeroDivisionError("a mistake")

    graph.move()
    with monkeypatch.context() as patched:
        patched.setattr(graph.bridge._bridge.follower, place, mistaken)
        graph.operator.publish_chunk()
        graph.wait_for_verdict("STOP: a defect, see the log: ZeroDivisionError: a mistake")
        graph.wait_for(lambda: not isinstance(graph.twin.plant.law, NativeController))
        refused = graph.call("enable")
        assert not refused.success and "a mistake" in refused.message
    assert graph.call("reset").success
    graph.move_again()


def test_a_mistake_in_what_was_asked_is_a_refusal_and_a_stop(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    def mistaken(*_: object) -> None:
        raise KeyError("a mistake")

    graph.wait_for(lambda: graph.operator.poses and graph.heard)
    monkeypatch.setattr(graph.bridge._bridge.follower, "require_armable", mistaken)
    refused = graph.call("enable")
    assert not refused.success and "a defect, see the log: KeyError" in refused.message
    graph.wait_for_verdict("STOP: a defect")

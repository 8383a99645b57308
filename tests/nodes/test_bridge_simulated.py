"""On /clock the bridge ticks as that goes, and serves while it stands."""

import time
from collections.abc import Iterator

import pytest

pytest.importorskip("rclpy")

from rosgraph_msgs.msg import Clock

from diffpol_ros.nodes.messages import to_stamp
from diffpol_ros.nodes.quality import EVENTS
from tests.nodes.bridge_graph import Graph, live_twin

pytestmark = pytest.mark.ros


@pytest.fixture
def graph() -> Iterator[Graph]:
    twin = live_twin()
    made = Graph(twin, use_sim_time="true")
    yield made
    made.close()
    twin.close()


def test_it_serves_while_the_clock_stands_and_follows_once_it_goes(graph: Graph) -> None:
    graph.wait_for(lambda: graph.heard)
    assert not graph.call("enable").success
    assert not graph.operator.poses
    clock = graph.operator.create_publisher(Clock, "/clock", EVENTS)
    graph.operator.create_timer(0.01, lambda: clock.publish(Clock(clock=to_stamp(time.time_ns()))))
    graph.wait_for(lambda: graph.operator.poses)
    graph.move_again()

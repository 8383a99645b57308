"""An arm that holds is sent a chunk of what is seen now, at each tick until it follows one."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from diagnostic_msgs.msg import DiagnosticArray

from diffpol_ros.control.verdict import Command, Hold, Verdict
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import JointTarget
from diffpol_ros.nodes.bridge_topics import verdict_report
from diffpol_ros.nodes.diagnostics import status_message
from diffpol_ros.nodes.messages import from_chunk_message
from diffpol_ros.nodes.quality import EVENTS
from tests.nodes.policy_graph import Graph
from tests.tiny_policy import EXECUTED, write_tiny_bundle

pytestmark = pytest.mark.ros
TICK_NS = to_ns(0.1)


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    made = Graph(write_tiny_bundle(tmp_path / "tiny"), seam="none")
    yield made
    made.close()


def shortest_interval_ns(graph: Graph, verdict: Verdict, chunks: int) -> int:
    """Return the shortest time between the observations of `chunks` chunks, while the gate says `verdict`."""
    seen = graph.surroundings
    publisher = seen.create_publisher(DiagnosticArray, "gate", EVENTS)
    message = DiagnosticArray(status=[status_message("bridge/gate", verdict_report(verdict))])
    timer = seen.create_timer(0.05, lambda: publisher.publish(message))
    graph.spin_until(lambda: bool(seen.chunks))
    seen.chunks.clear()
    graph.spin_until(lambda: len(seen.chunks) >= chunks)
    seen.destroy_timer(timer)
    stamps = [from_chunk_message(chunk).observation_stamp_ns for chunk in seen.chunks]
    return min(later - earlier for earlier, later in itertools.pairwise(stamps))


def test_an_arm_that_holds_is_sent_a_chunk_at_each_tick(graph: Graph) -> None:
    graph.policy.start()
    assert shortest_interval_ns(graph, Hold("no_chunk", "no chunk yet"), 5) < 2 * TICK_NS


@pytest.mark.parametrize("verdict", [Hold("not_enabled", "not enabled"), Command(JointTarget.__new__(JointTarget))])
def test_one_that_follows_or_is_not_enabled_is_sent_a_chunk_when_it_is_due(graph: Graph, verdict: Verdict) -> None:
    graph.policy.start()
    assert shortest_interval_ns(graph, verdict, 4) > (EXECUTED - 1.5) * TICK_NS

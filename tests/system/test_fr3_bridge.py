"""The bridge drives an FR3: `robot:=fr3` reaches a libfranka server that others wrote, and a chunk moves its arm."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

rclpy = pytest.importorskip("rclpy")

from rclpy.executors import SingleThreadedExecutor  # noqa: E402

from diffpol_ros.nodes.bridge_node import BridgeNode  # noqa: E402
from tests.nodes.bridge_graph import FIT, Graph, Operator  # noqa: E402
from tests.simulated_fr3 import SimulatedFr3, needs_simulated_fr3, patient, simulated_fr3  # noqa: E402

pytestmark = [pytest.mark.ros, *needs_simulated_fr3]

FRAME = "fr3_link0"
# The simulation lives in Python and may fall behind where a robot would not.
PATIENCE = ("maximum_state_age:=0.5", "maximum_state_silence:=1.5", "policy_silence:=0.5")


class Fr3Graph(Graph):
    """Bridge and operator beside a simulated FR3."""

    frame = FRAME

    def __init__(self, server: SimulatedFr3) -> None:
        told = ("robot:=fr3", f"robot_host:={server.host}", *PATIENCE)
        rclpy.init(args=["--ros-args", *(word for each in told for word in ("-p", each))])
        self.server, self.bridge, self.operator = server, BridgeNode(), Operator()
        self.operator.beat = dataclasses.replace(FIT, robot="fr3", base_frame=FRAME)
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.bridge)
        self.executor.add_node(self.operator)
        self.bridge.start()


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fr3Graph]:
    monkeypatch.setattr("diffpol_ros.robots.libfranka.robot.Deadlines", patient)
    with simulated_fr3(tmp_path) as server:
        made = Fr3Graph(server)
        yield made
        made.close()


def test_a_chunk_moves_an_fr3(graph: Fr3Graph) -> None:
    graph.wait_for(lambda: graph.operator.poses)
    assert graph.operator.poses[-1].header.frame_id == FRAME
    before = graph.operator.poses[-1].pose.position.z
    graph.move()
    graph.wait_for_verdict("HOLD")
    graph.wait_for(lambda: graph.operator.poses[-1].pose.position.z > before + 0.01)


def test_an_fr3_that_falls_silent_is_a_stop_with_its_reason(graph: Fr3Graph) -> None:
    graph.move()
    graph.server.pause()
    graph.wait_for_verdict("STOP")
    assert graph.operator.verdicts[-1]
    graph.server.resume()
    graph.wait_for(lambda: graph.call("reset").success)

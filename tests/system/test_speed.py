"""The stack at another speed than the world's: everybody lives on the twin's clock."""

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.nodes.conductor import Conductor
from diffpol_ros.nodes.session import ros_node
from tests.graph_run import arguments, running

pytestmark = [
    pytest.mark.ros,
    pytest.mark.gl,
    pytest.mark.xdist_group("system"),
    pytest.mark.timeout(200),
]
NODES = {"twin", "twin_camera", "bridge", "estimation", "policy"}


def test_in_slow_motion_the_arm_lifts_the_block_as_well(tmp_path: Path) -> None:
    """One of two episodes is enough: the promise is that time fits, not that nothing ever slips."""
    given = replace(arguments(tmp_path), speed=0.5, record=False)
    with running(tmp_path, NODES, given) as supervisor, ros_node("conductor") as node:
        conductor = Conductor(node, health=supervisor.check)
        try:
            conductor.wait_for_graph()
            outcomes = list(conductor.run([1, 2]))
        finally:
            conductor.close()
    assert any(outcome.success for outcome in outcomes), outcomes

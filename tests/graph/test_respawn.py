"""What follows from the end of a node."""

import signal
from pathlib import Path

import pytest

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.description import NodeDescription, franka_graph, twin_graph
from diffpol_ros.graph.respawn import MOST_RESPAWNS, Consequence, RespawnRule

POLICY = NodeDescription("policy", "none", "", Path("none.yaml"), respawn=True)
RECORDER = NodeDescription("recorder", "none", "", Path("none.yaml"), vital=False)
TWIN = NodeDescription("twin", "none", "", Path("none.yaml"))
KILLED = -signal.SIGKILL


@pytest.mark.parametrize("code", [0, 1, 137])
@pytest.mark.parametrize("node", [POLICY, RECORDER, TWIN], ids=lambda node: node.name)
def test_what_ends_by_itself_ends_the_graph(node: NodeDescription, code: int) -> None:
    assert RespawnRule(ManualClock()).consequence(node, code) is Consequence.END


def test_what_is_killed_is_started_again_told_or_missed() -> None:
    rule = RespawnRule(ManualClock())
    told = [rule.consequence(node, KILLED) for node in (POLICY, RECORDER, TWIN)]
    assert told == [Consequence.RESPAWN, Consequence.TELL, Consequence.END]


def test_what_is_killed_again_and_again_is_broken() -> None:
    clock = ManualClock()
    rule = RespawnRule(clock)
    for _ in range(MOST_RESPAWNS):
        assert rule.consequence(POLICY, KILLED) is Consequence.RESPAWN
        clock.advance(1.0)
    assert rule.consequence(POLICY, KILLED) is Consequence.END


def test_what_is_killed_now_and_then_is_not() -> None:
    clock = ManualClock()
    rule = RespawnRule(clock)
    for _ in range(5 * MOST_RESPAWNS):
        assert rule.consequence(POLICY, KILLED) is Consequence.RESPAWN
        clock.advance(21.0)


def test_beside_a_real_arm_all_but_the_recorder_come_back() -> None:
    respawned = {node.name for node in franka_graph(LaunchArguments()) if node.respawn}
    assert respawned == {"bridge", "estimation", "policy"}
    assert [node.name for node in franka_graph(LaunchArguments()) if not node.vital] == ["recorder"]


def test_the_twin_and_its_world_do_not_begin_anew() -> None:
    assert {node.name for node in twin_graph(LaunchArguments()) if not node.respawn} == {"twin", "recorder"}

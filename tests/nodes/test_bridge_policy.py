"""The bridge follows one policy that beats, is fit and keeps its bundle; nothing else moves the arm."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest

pytest.importorskip("rclpy")

from rclpy.node import Node
from trajectory_msgs.msg import MultiDOFJointTrajectory

from diffpol_ros.core.process_life import process_name
from diffpol_ros.nodes import heartbeat
from diffpol_ros.nodes.quality import EVENTS
from tests.nodes.bridge_graph import Graph, live_twin

pytestmark = pytest.mark.ros


@pytest.fixture
def graph() -> Iterator[Graph]:
    twin = live_twin()
    made = Graph(twin)
    yield made
    made.close()
    twin.close()


def test_an_arm_is_not_enabled_without_a_policy_and_the_answer_says_what_is_missing(graph: Graph) -> None:
    graph.operator.beat = None
    graph.wait_for(lambda: graph.operator.poses)
    refused = graph.call("enable")
    assert not refused.success and "nothing arrives on policy/status" in refused.message
    graph.operator.beat = replace(graph.fit, robot="fr3")
    graph.wait_for(lambda: graph.heard)
    refused = graph.call("enable")
    assert not refused.success and "for robot 'fr3', this is 'panda'" in refused.message
    graph.wait_for(lambda: any("enable.refused" in report for report in graph.operator.values))


def test_a_silent_policy_holds_and_one_that_comes_back_moves_the_arm_again(graph: Graph) -> None:
    graph.move()
    graph.operator.beat = None
    graph.wait_for_verdict("HOLD: the policy has been silent")
    graph.operator.beat = replace(graph.fit, instance="two")
    graph.wait_for_verdict("HOLD: no chunk yet")
    graph.publish_until_it_moves()


def test_a_policy_whose_process_ends_is_not_waited_for(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["sleep", "100"]) as policy:
        name = process_name(policy.pid)
        monkeypatch.setattr(heartbeat, "process_name", lambda: name)
        graph.move()
        # Its beats go on, as if they had been under way: so it is not its silence that is told.
        policy.kill()
        graph.wait_for_verdict("HOLD: the policy is unfit: its process has ended")
    monkeypatch.undo()
    graph.operator.beat = replace(graph.fit, instance="two")
    graph.publish_until_it_moves()


def test_the_last_words_of_a_policy_that_ends_are_kept(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["sleep", "100"]) as policy:
        name = process_name(policy.pid)
        monkeypatch.setattr(heartbeat, "process_name", lambda: name)
        graph.operator.beat = replace(graph.fit, digest="", fit=False, reason="denoiser.onnx: sha256 differs")
        graph.wait_for(lambda: graph.heard)
        policy.kill()
        graph.wait_for(lambda: graph.heard and "its process has ended" in graph.heard.reason)
    refused = graph.call("enable")
    assert not refused.success and "sha256 differs; its process has ended" in refused.message


def test_an_unfit_policy_holds_with_its_own_reason(graph: Graph) -> None:
    graph.move()
    graph.operator.beat = replace(graph.fit, fit=False, reason="object block is lost")
    graph.wait_for_verdict("HOLD: the policy is unfit: object block is lost")
    graph.operator.beat = graph.fit
    graph.publish_until_it_moves()


def test_another_bundle_stops_the_arm(graph: Graph) -> None:
    graph.move()
    graph.operator.beat = replace(graph.fit, instance="two", digest="d2")
    graph.wait_for_verdict("STOP: the policy became made_up d2")


def test_actions_spaced_otherwise_than_the_bundle_says_stop_the_arm(graph: Graph) -> None:
    graph.move()
    graph.operator.beat = replace(graph.fit, step_s=0.05)
    graph.wait_for(lambda: graph.heard and graph.heard.step_s == 0.05)
    graph.operator.publish_chunk()
    graph.wait_for_verdict("STOP: actions 0.1000 s apart, the policy made_up says 0.05 s")


def test_a_second_publisher_of_chunks_stops_the_arm_and_is_named(graph: Graph) -> None:
    graph.move()
    rival = Node("rival", use_global_arguments=False)
    rival.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)
    graph.wait_for_verdict("STOP: action_chunk has 2 publishers: /operator, /rival")
    rival.destroy_node()


def test_two_policies_under_one_name_are_told_apart_by_their_beats(graph: Graph) -> None:
    graph.move()
    rival = Node("operator", use_global_arguments=False)
    rival.create_publisher(MultiDOFJointTrajectory, "action_chunk", EVENTS)
    graph.wait_for(lambda: graph.bridge.count_publishers("action_chunk") == 2)
    graph.operator.publish_beat(replace(graph.fit, instance="rival"))
    graph.wait_for_verdict("STOP: two policies speak on policy/status: made_up (")
    rival.destroy_node()

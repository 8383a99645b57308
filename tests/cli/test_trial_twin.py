"""The twin's graph for a trial: the right seed and policy, whose name nothing shows."""

import contextlib
from pathlib import Path

import pytest

from diffpol_ros.cli.signals import Ending
from diffpol_ros.cli.trial_twin import TwinRunner, launch_arguments, require_a_robot
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.resources import find_resource
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.command import command
from diffpol_ros.graph.description import twin_graph
from diffpol_ros.policy.loading import load_policy
from diffpol_ros.trials.lift import Outcome
from diffpol_ros.trials.runner import Assignment
from diffpol_ros.trials.schedule import Condition
from diffpol_ros.trials.stage import staged


@pytest.fixture
def assignment(tmp_path: Path):
    with staged(find_resource("models", "block_lift"), tmp_path / "007") as (policy, room):
        yield Assignment(7, Condition(42), policy, room)


def test_no_command_line_of_the_graph_names_the_policy(assignment: Assignment):
    graph = twin_graph(launch_arguments(assignment, LaunchArguments()))
    lines = [" ".join(command(node)) for node in graph]
    assert not any("block_lift" in line for line in lines)
    assert any("seed:=42" in line for line in lines)


def test_a_staged_policy_loads_as_it_stands(assignment: Assignment):
    arguments = launch_arguments(assignment, LaunchArguments())
    assert load_policy(arguments.model, models=arguments.models).manifest.name == "block_lift"


def test_the_twins_clock_reaches_every_node_and_the_ledger(assignment: Assignment):
    chosen = LaunchArguments(speed=0.5)
    graph = {node.name: node for node in twin_graph(launch_arguments(assignment, chosen))}
    assert graph["twin"].parameters["speed"] == 0.5
    assert all(node.parameters["use_sim_time"] for name, node in graph.items() if name != "twin")
    with contextlib.closing(TwinRunner(Ending(), chosen)) as runner:
        assert runner.name == "ground truth, the twin at speed 0.5"


@pytest.mark.parametrize(
    ("stop", "counts"), [("", True), ("tracking", True), ("needs_recovery", True), ("robot_lost", False)]
)
def test_a_robot_that_was_gone_is_not_the_policys_failure(stop: str, counts: bool):
    outcome = Outcome(42, False, 0, 1, "the gate stopped the arm", stop)
    with contextlib.nullcontext() if counts else pytest.raises(RobotError, match="does not count"):
        require_a_robot(outcome)

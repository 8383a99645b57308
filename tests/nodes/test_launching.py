"""The launch files, with launch_ros where a ROS 2 installation brings it."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("launch_ros", reason="launch and launch_ros come with a ROS 2 installation, not as wheels")

from launch import LaunchContext, LaunchDescription
from launch_ros.actions import Node

from diffpol_ros.graph.arguments import LaunchArguments, ReplayArguments, describe
from diffpol_ros.graph.description import franka_graph, replay_graph, twin_graph


def load(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(path.stem.partition(".")[0], path)
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


GRAPHS = [
    ("twin", twin_graph, LaunchArguments()),
    ("franka", franka_graph, LaunchArguments()),
    ("replay", replay_graph, ReplayArguments(bag="run/bag")),
]


@pytest.fixture(params=GRAPHS, ids=lambda graph: graph[0])
def pair(request: pytest.FixtureRequest, repository: Path) -> tuple[LaunchDescription, LaunchArguments, int]:
    name, graph, arguments = request.param
    description = load(repository / "launch" / f"{name}.launch.py").generate_launch_description()
    return description, arguments, len(graph(arguments))


def test_every_argument_can_be_given(pair: tuple[LaunchDescription, LaunchArguments, int]) -> None:
    names = [argument.name for argument in pair[0].get_launch_arguments()]
    assert names == [name for name, _, _ in describe(type(pair[1]))]


def test_every_node_of_the_description_is_started(pair: tuple[LaunchDescription, LaunchArguments, int]) -> None:
    context = LaunchContext()
    context.launch_configurations["bag"] = "run/bag"
    actions = [action for entity in pair[0].entities for action in entity.visit(context) or ()]
    assert len(actions) == pair[2]
    assert all(isinstance(action, Node) for action in actions)

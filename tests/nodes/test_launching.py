"""The launch files, with launch_ros where a ROS 2 installation brings it."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("launch_ros", reason="launch and launch_ros come with a ROS 2 installation, not as wheels")

from launch import LaunchContext, LaunchDescription
from launch_ros.actions import Node

from diffpol_ros.graph.arguments import LaunchArguments, describe
from diffpol_ros.graph.description import franka_graph, twin_graph


def load(path: Path) -> ModuleType:
    specification = importlib.util.spec_from_file_location(path.stem.partition(".")[0], path)
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(params=[("twin", twin_graph), ("franka", franka_graph)], ids=lambda pair: pair[0])
def pair(request: pytest.FixtureRequest, repository: Path) -> tuple[LaunchDescription, int]:
    name, graph = request.param
    description = load(repository / "launch" / f"{name}.launch.py").generate_launch_description()
    return description, len(graph(LaunchArguments()))


def test_every_argument_can_be_given(pair: tuple[LaunchDescription, int]) -> None:
    names = [argument.name for argument in pair[0].get_launch_arguments()]
    assert names == [name for name, _, _ in describe()]


def test_every_node_of_the_description_is_started(pair: tuple[LaunchDescription, int]) -> None:
    context = LaunchContext()
    actions = [action for entity in pair[0].entities for action in entity.visit(context) or ()]
    assert len(actions) == pair[1]
    assert all(isinstance(action, Node) for action in actions)

"""The description of the graph as actions of launch_ros; imported by launch files only."""

from collections.abc import Callable

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, OpaqueFunction, Shutdown
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from diffpol_ros.graph.arguments import LaunchArguments, describe, from_texts
from diffpol_ros.graph.description import PACKAGE, NodeDescription

Graph = Callable[[LaunchArguments], tuple[NodeDescription, ...]]


def launch_description(graph: Graph) -> LaunchDescription:
    """Return every launch argument, and the nodes of `graph` once their values are known."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=description)
        for name, default, description in describe()
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=_nodes, args=[graph])])


def _nodes(context: LaunchContext, graph: Graph) -> list[LaunchDescriptionEntity]:
    texts = {name: LaunchConfiguration(name).perform(context) for name, _, _ in describe()}
    return [_action(node) for node in graph(from_texts(texts))]


def _action(node: NodeDescription) -> Node:
    """Return one node; when it ends, so does the launch: half a stack must not move an arm."""
    return Node(
        package=PACKAGE,
        executable=node.executable,
        name=node.name,
        namespace=node.namespace,
        parameters=[str(node.parameter_file), dict(node.parameters)],
        remappings=list(node.remappings),
        additional_env=dict(node.environment),
        output="screen",
        on_exit=Shutdown(reason=f"node {node.name} ended"),
    )

"""The description of the graph as actions of launch_ros; imported by launch files only."""

from collections.abc import Callable
from functools import partial

from launch import LaunchContext, LaunchDescription, LaunchDescriptionEntity
from launch.actions import DeclareLaunchArgument, LogInfo, OpaqueFunction, Shutdown
from launch.events.process import ProcessExited
from launch.substitutions import LaunchConfiguration
from launch_ros.actions import Node

from diffpol_ros.core.clock import SteadyClock
from diffpol_ros.graph.arguments import Arguments, describe, from_texts
from diffpol_ros.graph.description import PACKAGE, NodeDescription
from diffpol_ros.graph.respawn import RESPAWN_DELAY_S, Consequence, RespawnRule

Graph = Callable[[Arguments], tuple[NodeDescription, ...]]


def launch_description(graph: Graph[Arguments], arguments: type[Arguments]) -> LaunchDescription:
    """Return each of the launch `arguments`, and the nodes of `graph` once their values are known."""
    declared = [
        DeclareLaunchArgument(name, default_value=default, description=description)
        for name, default, description in describe(arguments)
    ]
    return LaunchDescription([*declared, OpaqueFunction(function=_nodes, args=[graph, arguments])])


def _nodes(
    context: LaunchContext, graph: Graph[Arguments], arguments: type[Arguments]
) -> list[LaunchDescriptionEntity]:
    texts = {name: LaunchConfiguration(name).perform(context) for name, _, _ in describe(arguments)}
    rule = RespawnRule(SteadyClock())
    return [_action(node, rule) for node in graph(from_texts(texts, arguments))]


def _action(node: NodeDescription, rule: RespawnRule) -> Node:
    """Return one node, started again when it is killed; where that must not be, half a stack must not move an arm."""
    return Node(
        package=PACKAGE,
        executable=node.executable,
        name=node.name,
        namespace=node.namespace,
        parameters=[str(node.parameter_file), dict(node.parameters)],
        remappings=list(node.remappings),
        additional_env=dict(node.environment),
        # All are of one session here, within which the niceness of a process counts.
        prefix=f"nice -n {node.niceness}" if node.niceness else None,
        output="screen",
        respawn=node.respawn,
        # Long enough for the shutdown below to be heard first.
        respawn_delay=RESPAWN_DELAY_S,
        on_exit=partial(_ended, node, rule),
    )


def _ended(
    node: NodeDescription, rule: RespawnRule, event: ProcessExited, context: LaunchContext
) -> list[LaunchDescriptionEntity]:
    if context.is_shutdown:
        return []
    consequence = rule.consequence(node, event.returncode)
    told = f"node {node.name} ended with {event.returncode}: {consequence.value}"
    return [Shutdown(reason=told)] if consequence is Consequence.END else [LogInfo(msg=told)]

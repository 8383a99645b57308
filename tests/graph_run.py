"""Nodes of the real graph as processes, for the tests that need them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.cleanup import SHARED_MEMORY_FOLDER, shared_memory_of
from diffpol_ros.graph.command import ros_environment
from diffpol_ros.graph.description import NodeDescription, twin_graph
from diffpol_ros.graph.ports import free_ports
from diffpol_ros.graph.supervisor import NodeFailure, Supervisor

START_DEADLINE_S = 60.0


def arguments(folder: Path) -> LaunchArguments:
    """Return launch arguments with ports of their own and a bag in `folder`."""
    arm_port, gripper_port = free_ports(2)
    return LaunchArguments(arm_port=arm_port, gripper_port=gripper_port, bag_folder=str(folder / "bag"))


@contextmanager
def running(folder: Path, names: set[str], given: LaunchArguments) -> Iterator[Supervisor]:
    """Run the nodes called `names` of the twin's graph, in the domain of the test."""
    graph = [node for node in twin_graph(given) if node.name in names]
    assert {node.name for node in graph} == names
    environment = ros_environment(folder, int(os.environ["ROS_DOMAIN_ID"]))
    with Supervisor(graph, folder / "logs", environment) as supervisor:
        yield supervisor


def failure_of(folder: Path, name: str, given: LaunchArguments) -> str:
    """Start one node that cannot start, and return what is said about it."""
    with running(folder, {name}, given) as supervisor:
        supervisor.process(name).wait(timeout=START_DEADLINE_S)
        try:
            supervisor.check()
        except NodeFailure as error:
            return str(error)
    raise AssertionError(f"node {name} ended without being noticed")


def processes_of(folder: Path, module: str = "") -> list[int]:
    """Return the processes that log into `folder` (all the demo's but itself), or those that run `module`."""
    wanted = f"ROS_LOG_DIR={folder}".encode()
    found = [pid for pid in _pids() if wanted in _contents(pid, "environ")]
    return [pid for pid in found if module.encode() in _contents(pid, "cmdline")]


def shared_memory_files(folder: Path) -> set[Path]:
    """Return the shared-memory files that the processes of `folder` own now."""
    owned: set[str] = set().union(*map(shared_memory_of, processes_of(folder)))
    return {path for name in owned for path in SHARED_MEMORY_FOLDER.glob(f"*{name}*")}


def with_parameters(folder: Path, given: LaunchArguments, node: str, old: str, new: str) -> LaunchArguments:
    """Return `given` with a copy of the parameter files in which `old` became `new` in one node's file."""
    target = folder / "params"
    target.mkdir()
    for description in twin_graph(given):
        text = description.parameter_file.read_text(encoding="utf-8")
        if description.name == node:
            assert old in text
            text = text.replace(old, new)
        (target / description.parameter_file.name).write_text(text, encoding="utf-8")
    return replace(given, parameters=str(target))


def described(given: LaunchArguments, name: str) -> NodeDescription:
    """Return the description of one node."""
    return next(node for node in twin_graph(given) if node.name == name)


def _pids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _contents(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""

"""The one list of nodes, which launch files and the demo start."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.command import command
from diffpol_ros.graph.description import NodeDescription, franka_graph, twin_graph
from diffpol_ros.graph.joining import PROFILE

Graph = Callable[[LaunchArguments], tuple[NodeDescription, ...]]
GRAPHS = pytest.mark.parametrize("graph", [twin_graph, franka_graph])


def named(nodes: tuple[NodeDescription, ...]) -> dict[str, NodeDescription]:
    return {node.name: node for node in nodes}


def test_the_twin_adds_its_own_nodes_and_changes_no_other() -> None:
    twin, franka = named(twin_graph(LaunchArguments())), named(franka_graph(LaunchArguments()))
    assert set(twin) - set(franka) == {"twin", "twin_camera"}
    assert all(twin[name] == franka[name] for name in franka)


@GRAPHS
def test_every_node_has_a_module_and_a_wrapper_for_ros2_launch(graph: Graph, repository: Path) -> None:
    for node in graph(LaunchArguments()):
        assert (repository / node.module.replace(".", "/")).with_suffix(".py").is_file()
        assert (repository / "scripts" / node.executable).is_file()


@GRAPHS
def test_a_namespace_reaches_every_node(graph: Graph) -> None:
    for node in graph(LaunchArguments(namespace="left")):
        assert "__ns:=/left" in command(node)


def test_how_images_are_packed_is_told_to_the_recorder_where_it_was_chosen() -> None:
    chosen = named(twin_graph(LaunchArguments(image_format="jpeg", jpeg_quality=80)))["recorder"].parameters
    assert (chosen["image_format"], chosen["jpeg_quality"]) == ("jpeg", 80)
    assert not {"image_format", "jpeg_quality"} & named(twin_graph(LaunchArguments()))["recorder"].parameters.keys()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (LaunchArguments(image_format="gif"), "image_format is 'gif', expected one of raw, png, jpeg"),
        (LaunchArguments(jpeg_quality=101), "jpeg_quality is 101, expected 1 to 100"),
    ],
)
def test_how_images_cannot_be_packed_is_refused_before_anything_runs(arguments: LaunchArguments, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        twin_graph(arguments)


def test_without_a_recording_there_is_no_recorder() -> None:
    assert "recorder" not in named(twin_graph(LaunchArguments(record=False)))


@GRAPHS
def test_the_policy_is_told_where_its_bundles_lie(
    graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    policy = named(graph(LaunchArguments(model="mine", models="own")))["policy"].parameters
    assert (policy["model"], policy["models"]) == ("mine", str(tmp_path / "own"))
    assert "models" not in named(graph(LaunchArguments()))["policy"].parameters


@GRAPHS
def test_keep_outs_of_a_lab_reach_the_bridge(graph: Graph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    def told(keep_outs: str) -> object:
        return named(graph(LaunchArguments(keep_outs=keep_outs)))["bridge"].parameters.get("keep_outs")

    assert told("lab") == "lab"
    assert told("./lab.yaml") == str(tmp_path / "lab.yaml")
    assert told("") is None


def test_twin_and_bridge_are_given_the_same_ports() -> None:
    nodes = named(twin_graph(LaunchArguments(arm_port=1234, gripper_port=1235)))
    assert nodes["twin"].parameters["arm_port"] == nodes["bridge"].parameters["arm_port"] == 1234
    assert nodes["twin"].parameters["gripper_port"] == nodes["bridge"].parameters["gripper_port"] == 1235


@GRAPHS
def test_parameter_files_hold_what_ros_reads(graph: Graph) -> None:
    for node in graph(LaunchArguments()):
        content = yaml.safe_load(node.parameter_file.read_text(encoding="utf-8"))
        assert list(content) == ["/**"]
        assert list(content["/**"]) == ["ros__parameters"]


@pytest.mark.ros
def test_every_parameter_exists_in_its_node() -> None:
    known = declared_parameters()
    for node in twin_graph(LaunchArguments()):
        content = yaml.safe_load(node.parameter_file.read_text(encoding="utf-8"))
        given = set(content["/**"]["ros__parameters"]) | set(node.parameters)
        assert given <= known[node.name], f"{node.name} has no parameter {given - known[node.name]}"


def declared_parameters() -> dict[str, set[str]]:
    """Return the names of the parameters of each node class of the graph."""
    import dataclasses
    from importlib import import_module

    from diffpol_ros.nodes.lifecycle import StageNode

    found = {}
    for node in twin_graph(LaunchArguments()):
        module = import_module(node.module)
        kinds = [
            kind
            for kind in vars(module).values()
            if isinstance(kind, type) and issubclass(kind, StageNode) and kind.__module__ == module.__name__
        ]
        assert len(kinds) == 1, f"{node.module} holds {len(kinds)} nodes"
        parameters: Any = kinds[0].parameters_kind  # type: ignore[misc]
        found[node.name] = {field.name for field in dataclasses.fields(parameters)} | {"autostart"}
    return found


def test_a_missing_parameter_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"twin\.yaml: node twin has no parameter file"):
        twin_graph(replace(LaunchArguments(), parameters=str(tmp_path)))


def test_at_another_speed_all_but_the_twin_live_on_its_clock() -> None:
    """Nobody waits for a /clock that does not come, least of all beside a real arm."""
    slow = {node.name: node.parameters.get("use_sim_time", False) for node in twin_graph(LaunchArguments(speed=0.5))}
    assert slow.pop("twin") is False
    assert all(slow.values())
    for graph in (twin_graph(LaunchArguments()), franka_graph(LaunchArguments(speed=0.5))):
        assert not any("use_sim_time" in node.parameters for node in graph)


@GRAPHS
def test_what_moves_the_arm_shares_no_memory_with_what_may_be_killed(graph: Graph) -> None:
    for node in graph(LaunchArguments()):
        profile = Path(node.environment[PROFILE]).read_text(encoding="utf-8")
        assert ("<type>SHM</type>" in profile) == (node.name not in ("twin", "bridge"))

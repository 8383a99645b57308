"""The graph of a replay: those who decide, the player in place of robot and cameras, and nobody who moves an arm."""

import dataclasses
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.graph.arguments import LaunchArguments, ReplayArguments, as_text, describe, from_texts
from diffpol_ros.graph.description import NodeDescription, replay_graph, twin_graph

GIVEN = ReplayArguments(bag="run/bag")


def named(arguments: ReplayArguments) -> dict[str, NodeDescription]:
    return {node.name: node for node in replay_graph(arguments)}


def test_it_is_the_twins_graph_without_robot_and_cameras() -> None:
    twin = {node.name: node for node in twin_graph(LaunchArguments(speed=0.5))}
    replay = named(GIVEN)
    assert list(replay) == ["player", "estimation", "policy", "recorder"]
    assert all(replay[name] == twin[name] for name in ("estimation", "policy"))


def test_all_but_the_player_live_on_the_bags_time_at_any_speed() -> None:
    for speed in (1.0, 0.5):
        nodes = named(replace(GIVEN, speed=speed))
        assert "use_sim_time" not in nodes.pop("player").parameters
        assert all(node.parameters["use_sim_time"] is True for node in nodes.values())


def test_the_player_is_told_what_to_play_and_whom_to_wait_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = replace(GIVEN, start=2.5, loop=True, speed=2.0, bag_namespace="left")
    player = named(arguments)["player"].parameters
    assert player["bag"] == str(tmp_path / "run" / "bag")
    assert (player["position"], player["loop"], player["speed"], player["bag_namespace"]) == (2.5, True, 2.0, "left")
    assert player["listeners"] == ["estimation/journal", "policy/journal"]


def test_with_the_recorded_estimates_estimation_does_not_run() -> None:
    nodes = named(replace(GIVEN, estimates="recorded"))
    assert list(nodes) == ["player", "policy", "recorder"]
    assert nodes["player"].parameters["listeners"] == ["policy/journal"]


def test_images_are_not_recorded_again_unless_asked_for() -> None:
    assert named(GIVEN)["recorder"].parameters["image_stride"] == 0
    assert "recorder" not in named(replace(GIVEN, record=False))


def test_without_a_bag_there_is_nothing_to_play() -> None:
    with pytest.raises(SettingsError, match="bag:=<folder>"):
        replay_graph(ReplayArguments())


def test_its_arguments_are_those_of_the_other_graphs_and_a_few_of_its_own() -> None:
    own, others = ({name for name, _, _ in describe(kind)} for kind in (ReplayArguments, LaunchArguments))
    assert own - others == {"bag", "bag_namespace", "estimates", "start", "loop"} and others < own


def test_every_argument_survives_the_way_through_texts() -> None:
    changed = replace(GIVEN, loop=True, start=3.25, speed=0.5, cameras=("a", "b"), record=False)
    texts = {field.name: as_text(getattr(changed, field.name)) for field in dataclasses.fields(changed)}
    assert from_texts(texts, ReplayArguments) == changed
    with pytest.raises(SettingsError, match="'bag' is not known"):
        from_texts({"bag": "x"}, LaunchArguments)


@pytest.mark.ros
def test_every_parameter_exists_in_the_player() -> None:
    from diffpol_ros.nodes.player_node import PlayerParameters

    player = named(GIVEN)["player"]
    content = yaml.safe_load(player.parameter_file.read_text(encoding="utf-8"))
    given = set(content["/**"]["ros__parameters"]) | set(player.parameters)
    assert given <= {field.name for field in dataclasses.fields(PlayerParameters)}


def test_every_node_has_a_module_and_a_wrapper_for_ros2_launch(repository: Path) -> None:
    for node in replay_graph(GIVEN):
        assert (repository / node.module.replace(".", "/")).with_suffix(".py").is_file()
        assert (repository / "scripts" / node.executable).is_file()

"""A description becomes the command line that a shell would start."""

import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.resources import resource_root
from diffpol_ros.graph.arguments import LaunchArguments
from diffpol_ros.graph.command import RANGE, as_yaml, command, node_environment, ros_environment
from diffpol_ros.graph.description import NodeDescription, twin_graph
from diffpol_ros.graph.joining import PROFILE

NODE = NodeDescription("bridge", "diffpol_ros.nodes.bridge_node", "", Path("/p/bridge.yaml"))
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]))
VALUES = st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS | st.lists(TEXTS, min_size=1)


@given(VALUES)
def test_parameters_read_back_as_what_they_were(value: bool | int | str | list[str]) -> None:
    back = yaml.safe_load(as_yaml(value))
    assert back == value
    assert type(back) is type(value)


def test_overrides_come_after_the_file_and_so_win() -> None:
    node = NodeDescription("a", "m", "", Path("/p.yaml"), {"seed": 3}, (("x", "y"),))
    words = command(node)
    assert words[:3] == [sys.executable, "-m", "m"]
    assert words.index("/p.yaml") < words.index("seed:=3")
    assert "x:=y" in words
    assert "__node:=a" in words


def test_the_graph_listens_to_this_machine_only(tmp_path: Path) -> None:
    environment = ros_environment(tmp_path, 7, {})
    assert environment["ROS_DOMAIN_ID"] == "7"
    assert environment["ROS_AUTOMATIC_DISCOVERY_RANGE"] == "LOCALHOST"


def test_humble_knows_only_the_older_variable(tmp_path: Path) -> None:
    environment = ros_environment(tmp_path, 7, {"ROS_DISTRO": "humble"})
    assert environment["ROS_LOCALHOST_ONLY"] == "1"
    assert "ROS_AUTOMATIC_DISCOVERY_RANGE" not in environment


def profile_and_range(name: str, graph: dict[str, str]) -> tuple[str, str]:
    node = next(node for node in twin_graph(LaunchArguments()) if node.name == name)
    environment = node_environment(node, graph)
    return Path(environment[PROFILE]).name, environment.get(RANGE, "")


def test_without_images_no_memory_is_shared_on_this_machine_either(tmp_path: Path) -> None:
    local = ros_environment(tmp_path, 7, {})
    assert profile_and_range("bridge", local) == ("fastdds_udp_local.xml", "SYSTEM_DEFAULT")
    assert profile_and_range("estimation", local) == ("fastdds.xml", "LOCALHOST")


@pytest.mark.parametrize("chosen", [{}, {RANGE: "SUBNET"}])
def test_in_a_network_a_node_listens_to_it(chosen: dict[str, str]) -> None:
    assert profile_and_range("bridge", chosen) == ("fastdds_udp.xml", chosen.get(RANGE, ""))


def test_every_profile_of_the_graph_is_there_and_can_be_read() -> None:
    for name in ("fastdds.xml", "fastdds_udp.xml", "fastdds_udp_local.xml"):
        ET.parse(resource_root() / "launch" / name)

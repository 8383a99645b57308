"""A node description as a command line and an environment: what a shell would start by hand."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from diffpol_ros.graph.description import ALONE, NodeDescription, ParameterValue
from diffpol_ros.graph.joining import PROFILE

RANGE = "ROS_AUTOMATIC_DISCOVERY_RANGE"


def command(node: NodeDescription) -> list[str]:
    """Return the command line of `node`, with this Python."""
    arguments = ["--ros-args", "-r", f"__node:={node.name}"]
    if node.namespace:
        arguments += ["-r", f"__ns:=/{node.namespace.strip('/')}"]
    for source, target in node.remappings:
        arguments += ["-r", f"{source}:={target}"]
    arguments += ["--params-file", str(node.parameter_file)]
    for name, value in node.parameters.items():
        arguments += ["-p", f"{name}:={as_yaml(value)}"]
    return [sys.executable, "-m", node.module, *arguments]


def as_yaml(value: ParameterValue) -> str:
    """Return a parameter as the YAML that rcl reads: JSON, with texts always quoted so that '1' stays a text."""
    return json.dumps(value, ensure_ascii=False)


def ros_environment(log_folder: Path, domain: int, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a graph that talks to nobody but itself on this machine."""
    environment = dict(os.environ if base is None else base)
    environment["ROS_DOMAIN_ID"] = str(domain)
    environment["ROS_LOG_DIR"] = str(log_folder)
    environment.setdefault("AMENT_PREFIX_PATH", sys.prefix)
    environment.setdefault("PYTHONUNBUFFERED", "1")
    environment.setdefault("RCUTILS_COLORIZED_OUTPUT", "0")
    if environment.get("ROS_DISTRO") == "humble":
        environment["ROS_LOCALHOST_ONLY"] = "1"
    else:
        environment[RANGE] = "LOCALHOST"
    return environment


def node_environment(node: NodeDescription, graph: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of `node` in a graph that has `graph`."""
    environment = {**graph, **node.environment}
    profile = Path(environment.get(PROFILE, ""))
    if profile.name == ALONE and environment.get(RANGE) == "LOCALHOST":
        # The middleware would add shared memory by itself: the profile says in its place whom to talk to.
        environment[PROFILE] = str(profile.with_name("fastdds_udp_local.xml"))
        environment[RANGE] = "SYSTEM_DEFAULT"
    return environment

"""The parameter files of the launch say what the nodes ask for: every parameter, none else, each as by default."""

from dataclasses import MISSING, fields
from pathlib import Path

import pytest
import yaml

pytest.importorskip("rclpy")

from diffpol_ros.nodes.bridge_parameters import BridgeParameters
from diffpol_ros.nodes.policy_parameters import PolicyParameters

GIVEN_BY_THE_LAUNCH = {"robot", "robot_host", "arm_port", "gripper_port", "model"}


@pytest.mark.parametrize(("node", "kind"), [("bridge", BridgeParameters), ("policy", PolicyParameters)])
def test_a_file_names_every_parameter_that_is_no_launch_argument_with_its_default(
    repository: Path, node: str, kind: type
) -> None:
    text = (repository / "launch" / "params" / f"{node}.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)["/**"]["ros__parameters"]
    asked = {each.name: each.default for each in fields(kind) if each.name not in GIVEN_BY_THE_LAUNCH}
    assert MISSING not in asked.values()
    written = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    assert written == asked

"""A robot's file says all there is to know, and a slip in it is named."""

import math
from pathlib import Path

import pytest

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.settings import parse_settings

LOWER = "lower: [-2.8973, -1.7628, -2.8973, -3.0718, -2.8973, -0.0175, -2.8973]"


@pytest.fixture(scope="module")
def text(repository: Path) -> str:
    return (repository / "calibration/robots/panda.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["panda", "fr3"])
def test_each_robot_is_described_under_its_own_name(name: str) -> None:
    description = load_robot_description(name)
    assert description.name == name
    lower, upper = description.limits.lower, description.limits.upper
    assert all(a + 0.5 < home < b - 0.5 for a, home, b in zip(lower, description.home, upper, strict=True))


def test_an_unknown_robot_is_named_with_those_that_exist() -> None:
    with pytest.raises(ResourceError, match=r"pandaa.*'panda'"):
        load_robot_description("pandaa")


def degrees(numbers: str) -> str:
    return str([round(math.degrees(float(number)), 1) for number in numbers.split(",")])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (LOWER, LOWER.replace("-0.0175, ", ""), r"limits.lower has 6 entries, expected 7"),
        (LOWER, LOWER.replace("-0.0175", "3.9"), r"joint 6 has lower 3.9 >= upper 3.7525: swapped"),
        (LOWER, f"lower: {degrees(LOWER[8:-1])}", r"limits.lower\[0\] is -166.0, expected at least -6.28"),
        ("velocity: [2.175,", "velocity: [124.6,", r"limits.velocity\[0\] is 124.6, expected at most"),
        ("acceleration: [15.0,", "acceleration: [859.4,", r"limits.acceleration\[0\]"),
        ("home: [0.0,", "home: [3.0,", r"home of joint 1 is 3.0, expected within"),
        ("lower: [0.25,", "lower: [0.95,", r"workspace is refused: x has lower 0.95 >= upper 0.75"),
        ("maximum_width: 0.08", "maximum_width: 80", r"gripper.maximum_width is 80"),
        ("closed_width: 0.0", "closed_width: 0.1", r"closed_width 0.1 >= maximum_width 0.08"),
        ("kind: polymetis", "kiind: polymetis", r"backend.kiind is not a known key; did you mean 'kind'"),
        ("-0.3826834323650898, 0.92", "-0.3826834323650898, 0.82", r"norm is 0.9.*expected 1"),
        ("panda_joint2,", "panda_joint1,", r"name a joint twice"),
    ],
)
def test_a_slip_is_named_with_its_line(text: str, old: str, new: str, message: str) -> None:
    assert old in text
    with pytest.raises(SettingsError, match=rf"panda.yaml:\d+: .*{message}"):
        parse_settings(RobotDescription, text.replace(old, new, 1), "panda.yaml")

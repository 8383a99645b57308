"""What a robot's file says about safety is checked, and a slip is named with its line."""

import math
from pathlib import Path

import pytest

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.settings import parse_settings

MARGIN = "joint_margin: [0.02, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02]"
LASTING = "lasting: [0.3, 0.45, 0.3, 0.45, 0.3, 0.3, 0.45]"
BASE = "- {name: base, lower: [-0.15, -0.1, 0.0], upper: [0.08, 0.1, 0.25]}"


@pytest.fixture(scope="module")
def text(repository: Path) -> str:
    return (repository / "calibration/robots/panda.yaml").read_text(encoding="utf-8")


def degrees(numbers: str) -> str:
    return str([round(math.degrees(float(number)), 1) for number in numbers.split(",")])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (MARGIN, MARGIN.replace("0.02, ", "", 1), r"safety.joint_margin has 6 entries, expected 7"),
        (LASTING, LASTING.replace("0.45]", "0.9]"), r"joint 7 has 0.9, 0.5, 0.65; expected lasting <= step <= sudden"),
        (LASTING, f"lasting: {degrees(LASTING[10:-1])}", r"safety.tracking.lasting\[0\] is 17.2, expected at most 1.0"),
        ("lasting: [20.0", "lasting: [50.0", r"joint 1 has lasting 50.0 > sudden 40.0: swapped"),
        ("sudden: [40.0", "sudden: [400.0", r"safety.external_torque.sudden\[0\] is 400.0, expected at most 100"),
        ("lower: [-0.15, -0.1, 0.0]", "lower: [0.15, -0.1, 0.0]", r"x has lower 0.15 >= upper 0.08: swapped"),
        ("table_height: 0.0", "table_height: 0.5", r"at home the .* below the table"),
        ("table_height: 0.0", "table_hight: 0.0", r"table_hight is not a known key; did you mean 'table_height'"),
        (BASE, f"{BASE}\n    {BASE}", r"keep_outs names base twice"),
        (BASE, BASE.replace("0.08, 0.1, 0.25", "0.5, 0.1, 0.45"), r"at home the .* is in the keep-out 'base'"),
        ("frame: link4", "frame: elbow", r"frame is 'elbow', expected one of 'link1'"),
        ("radius: 0.0088", "radius: 8.8", r"body\[9\].radius is 8.8, expected at most 0.3"),
    ],
)
def test_a_slip_is_named_with_its_line(text: str, old: str, new: str, message: str) -> None:
    assert old in text
    with pytest.raises(SettingsError, match=rf"panda.yaml:\d+: .*{message}"):
        parse_settings(RobotDescription, text.replace(old, new, 1), "panda.yaml")


def test_a_lab_adds_its_own_keep_outs(tmp_path: Path) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text("keep_outs:\n- {name: lamp, lower: [0.6, 0.2, 0.5], upper: [0.7, 0.3, 0.9]}\n", encoding="utf-8")
    described = load_robot_description("panda").with_keep_outs(str(file))
    assert [keep_out.name for keep_out in described.safety.keep_outs] == ["base", "lamp"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("- {name: base, lower: [0.6, 0.2, 0.5], upper: [0.7, 0.3, 0.9]}", "keep_outs names base twice"),
        ("- {name: lamp, lower: [0.4, -0.1, 0.3], upper: [0.5, 0.1, 0.6]}", "at home the .* in the keep-out 'lamp'"),
        ("- {name: lamp, lower: [0.6, 0.2, 0.9], upper: [0.7, 0.3, 0.5]}", "z has lower 0.9 >= upper 0.5: swapped"),
        ("- {name: lamp, lower: [60, 20, 50], upper: [70, 30, 90]}", "is 60.0, expected at most 3"),
    ],
)
def test_a_wrong_keep_out_of_a_lab_is_refused_with_its_line(tmp_path: Path, line: str, message: str) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text(f"keep_outs:\n{line}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"lab.yaml:2: .*{message}"):
        load_robot_description("panda").with_keep_outs(str(file))


def test_a_file_of_keep_outs_that_is_not_there_is_named() -> None:
    with pytest.raises(ResourceError, match="nowhere"):
        load_robot_description("panda").with_keep_outs("nowhere")

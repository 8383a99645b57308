from pathlib import Path

import pytest

from diffpol_ros.core.errors import RobotError, SettingsError
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.settings import parse_settings
from diffpol_ros.robots.libfranka.arm import joint_ranges
from diffpol_ros.robots.libfranka.settings import LibfrankaSettings, Payload


def test_the_fr3s_description_says_all_and_the_gains_are_the_pandas() -> None:
    settings = load_robot_description("fr3").backend.settings.read(LibfrankaSettings)
    assert settings.host == "172.16.0.2"
    assert settings.gains.joint_stiffness == (40.0, 30.0, 50.0, 25.0, 35.0, 25.0, 10.0)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("joint_stiffness: [40.0,", "joint_stiffness: [4000.0,", "expected at most 600"),
        ("reflex_torque: [40.0,", "reflex_torque: [10.0,", r"contact_torque\[0\] 20.0 > reflex_torque\[0\] 10.0"),
        ("reflex_force: [40.0,", "reflex_force: [900.0,", "expected at most 100"),
        ("mass: 0.0", "mass: 30.0", "expected at most 3"),
        ("ramp_s: 0.3", "ramp_s: 0.0", "expected at least 0.1"),
        ("realtime: ignore", "realtime: maybe", "expected one of 'enforce', 'ignore'"),
        ("holding_stiffness: [3000.0,", "holding_stiffness: [20000.0,", "expected at most 14250"),
    ],
)
def test_what_is_beyond_the_safe_range_is_refused_with_its_line(
    repository: Path, old: str, new: str, says: str
) -> None:
    text = (repository / "calibration/robots/fr3.yaml").read_text(encoding="utf-8")
    assert old in text
    description = parse_settings(RobotDescription, text.replace(old, new, 1), "fr3.yaml")
    with pytest.raises(SettingsError, match=rf"fr3.yaml:\d+: backend.settings.*{says}"):
        description.backend.settings.read(LibfrankaSettings)


def test_an_inertia_is_a_diagonal_matrix() -> None:
    assert Payload(inertia=(1.0, 2.0, 3.0)).inertia_matrix == (1.0, 0, 0, 0, 2.0, 0, 0, 0, 3.0)


def test_the_ranges_of_a_robots_own_model_are_read_whatever_its_prefix() -> None:
    def joint(name: str) -> str:
        return f'<joint name="{name}" type="revolute"><limit lower="-1.5" upper="2.5"/></joint>'

    def model(prefix: str, count: int) -> str:
        joints = "".join(joint(f"{prefix}joint{number}") for number in range(1, count + 1))
        return f'<robot>{joints}<joint name="{prefix}finger_joint1" type="prismatic"/></robot>'

    for prefix in ("", "fr3_"):
        assert joint_ranges(model(prefix, 7), "it") == [(-1.5, 2.5)] * 7
    with pytest.raises(RobotError, match="it has 6 joints, expected 7"):
        joint_ranges(model("", 6), "it")

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.settings import parse_settings
from diffpol_ros.robots.backends import Address, known_backends, open_robot, with_address

Variant = Callable[[str, str], RobotDescription]


@pytest.fixture
def variant(repository: Path) -> Variant:
    """Return the panda's description with one text replaced by another."""
    text = (repository / "calibration/robots/panda.yaml").read_text(encoding="utf-8")

    def make(old: str, new: str) -> RobotDescription:
        assert old in text
        return parse_settings(RobotDescription, text.replace(old, new, 1), "panda.yaml")

    return make


def test_a_robot_is_made_by_the_backend_that_its_description_names() -> None:
    robot = open_robot(load_robot_description("panda"), Address(host="10.0.0.1", port=1))
    assert type(robot).__name__ == "PolymetisRobot"
    robot.close()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "joint_stiffness: [40.0,",
            "joint_stiffness: [4000.0,",
            r"settings.joint_stiffness\[0\] is 4000.0, expected at",
        ),
        ("port: 50051", "prot: 50051", r"backend.settings.prot is not a known key; did you mean 'port'"),
    ],
)
def test_a_slip_in_the_backends_settings_is_named_with_its_line(
    variant: Variant, old: str, new: str, message: str
) -> None:
    with pytest.raises(SettingsError, match=rf"panda.yaml:\d+: .*{message}"):
        open_robot(variant(old, new))


@pytest.mark.parametrize("kind", ["polymetys", "base", "numpy", "no.such.module"])
def test_a_kind_that_drives_nothing_is_refused(variant: Variant, kind: str) -> None:
    with pytest.raises(SettingsError, match=r"panda: .*backend|drives no robot"):
        open_robot(variant("kind: polymetis", f"kind: {kind}"))


def test_an_address_that_the_backend_does_not_have_is_refused() -> None:
    @dataclasses.dataclass(frozen=True)
    class Nothing:
        host: str = ""

    with pytest.raises(SettingsError, match="port 7 was given, but a polymetis robot has none"):
        with_address(Nothing(), Address(port=7), load_robot_description("panda"))


def test_the_kinds_of_this_package_are_known() -> None:
    assert "polymetis" in known_backends()
    assert "base" not in known_backends()

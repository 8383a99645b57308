"""A process's own ports: in the profile that it reads, and never those that a dead one left."""

import os
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from diffpol_ros.core.resources import resource_root
from diffpol_ros.graph.joining import PROFILE
from diffpol_ros.graph.own_ports import OWN_NUMBERS, own_number, own_ports
from diffpol_ros.graph.ports import user_port

SHIPPED = resource_root() / "launch" / "fastdds.xml"
SPACE = "{http://www.eprosima.com/XMLSchemas/fastRTPS_Profiles}"


def named(monkeypatch: pytest.MonkeyPatch, profile: Path) -> None:
    monkeypatch.setenv(PROFILE, str(profile))
    monkeypatch.setenv("ROS_DOMAIN_ID", "7")


def numbers(profile: str) -> list[str | None]:
    return [element.text for element in ET.parse(profile).iter(f"{SPACE}participantID")]


def test_the_shipped_profile_gets_a_number_and_is_otherwise_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    named(monkeypatch, SHIPPED)
    with own_ports(tmp_path):
        own = Path(os.environ[PROFILE])
        (number,) = numbers(str(own))
        text = own.read_text(encoding="utf-8")
    assert int(number or -1) == own_number(7, os.getpid(), tmp_path)
    assert text.replace(f"<participantID>{number}</participantID>", "") == SHIPPED.read_text(encoding="utf-8")


def test_nothing_of_it_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    named(monkeypatch, SHIPPED)
    with own_ports(tmp_path):
        own = Path(os.environ[PROFILE])
        assert own.exists()
    assert os.environ[PROFILE] == str(SHIPPED) and not own.exists() and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    ["<dds/>", "<dds><rtps><participantID>3</participantID></rtps></dds>", "<dds><rtps></rtps><rtps></rtps></dds>"],
)
def test_a_profile_that_decides_itself_stays(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    profile = tmp_path / "profile.xml"
    profile.write_text(text, encoding="utf-8")
    named(monkeypatch, profile)
    with own_ports(tmp_path):
        assert os.environ[PROFILE] == str(profile)


@pytest.mark.parametrize("profile", ["", "missing.xml"])
def test_without_a_profile_nothing_is_done(profile: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(PROFILE, profile)
    with own_ports(tmp_path):
        assert os.environ[PROFILE] == profile


def test_numbers_of_which_ports_are_left_are_not_taken(tmp_path: Path) -> None:
    left = OWN_NUMBERS[:-1]
    for number in left:
        (tmp_path / f"fastrtps_port{user_port(7, number)}").touch()
    assert {own_number(7, process, tmp_path) for process in range(100)} == {OWN_NUMBERS[-1]}
    assert {own_number(8, process, tmp_path) for process in range(100)} == set(OWN_NUMBERS)


def test_where_all_are_left_any_is_taken(tmp_path: Path) -> None:
    for number in OWN_NUMBERS:
        (tmp_path / f"fastrtps_port{user_port(7, number)}").touch()
    assert own_number(7, 5, tmp_path) in OWN_NUMBERS

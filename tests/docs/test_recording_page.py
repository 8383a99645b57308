"""The page on recording names commands, options and settings that exist."""

import dataclasses
import re
import typing
from pathlib import Path

import pytest

from diffpol_ros.cli.bag import Bag, Repair
from diffpol_ros.cli.record import RecordOptions
from diffpol_ros.replay.about import TOPIC
from diffpol_ros.replay.flight_recorder import FLUSH_PERIOD_S
from diffpol_ros.replay.mcap_file import COMPRESSION_LEVEL

PACKING = ("image_format", "jpeg_quality")


@pytest.fixture(scope="module")
def page(repository: Path) -> str:
    return (repository / "docs" / "recording.md").read_text(encoding="utf-8")


def test_every_command_is_on_the_page(page: str) -> None:
    commands = [
        typing.get_args(each)[1].name
        for each in typing.get_args(typing.get_type_hints(Bag, include_extras=True)["command"])
    ]
    assert commands == ["info", "repair"]
    assert not [name for name in commands if f"diffpol bag {name}" not in page]


def test_every_option_on_the_page_exists(page: str) -> None:
    known = {field.name for kind in (RecordOptions, Repair) for field in dataclasses.fields(kind)}
    assert {name.replace("-", "_") for name in re.findall(r"--([a-z-]+[a-z])", page)} <= known


def test_every_setting_on_the_page_exists(page: str, repository: Path) -> None:
    settings = (repository / "launch" / "params" / "recorder.yaml").read_text(encoding="utf-8")
    for name in ("queue_megabytes", "split_megabytes", "split_seconds", "image_stride", "image_cameras", *PACKING):
        assert f"`{name}`" in page
        assert f"{name}:" in settings


def test_what_the_page_says_of_the_writer_is_so(page: str) -> None:
    assert f"`{TOPIC}`" in page
    assert FLUSH_PERIOD_S == 0.25
    assert "written four times a second" in page
    assert f"zstd at level {COMPRESSION_LEVEL}" in page

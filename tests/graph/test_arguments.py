"""Launch arguments: written as texts, read back as what they were."""

import dataclasses

import pytest

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.graph.arguments import LaunchArguments, as_text, describe, from_texts


def test_every_argument_has_a_description() -> None:
    assert all(description for _, _, description in describe())


def test_the_defaults_survive_the_way_through_texts() -> None:
    assert from_texts({name: default for name, default, _ in describe()}, LaunchArguments) == LaunchArguments()


def test_every_argument_survives_the_way_through_texts() -> None:
    changed = LaunchArguments(namespace="left", cameras=("a", "b"), record=False, arm_port=7, speed=0.5)
    texts = {field.name: as_text(getattr(changed, field.name)) for field in dataclasses.fields(changed)}
    assert from_texts(texts, LaunchArguments) == changed


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"modle": "x"}, "did you mean 'model'"),
        ({"record": "yes"}, "record is 'yes', expected true or false"),
        ({"arm_port": "fifty"}, "arm_port is 'fifty', expected a number"),
    ],
)
def test_what_cannot_be_read_is_named(texts: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        from_texts(texts, LaunchArguments)

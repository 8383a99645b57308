"""A file that is like another says only what differs, and a slip is named where it stands."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.likeness import load_like
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.settings import setting


@dataclass(frozen=True)
class Pair:
    left: int = setting(maximum=9)
    right: int = setting(maximum=9)


def load(folder: Path, **files: str) -> Pair:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_like(Pair, folder / "own.yaml", lambda name: folder / f"{name}.yaml")


def test_what_is_left_out_is_as_in_the_other(tmp_path: Path) -> None:
    assert load(tmp_path, own="like: other\nright: 3", other="left: 1\nright: 2") == Pair(1, 3)
    assert load(tmp_path, own="left: 4\nright: 5") == Pair(4, 5)


@pytest.mark.parametrize(
    ("own", "other", "message"),
    [
        ("like: other", "left: 1\nright: 10", r"other\.yaml:2: right is 10"),
        ("like: other\nright: 10", "left: 1", r"own\.yaml:2: right is 10"),
        ("like: other", "left: 1", r"own\.yaml:1: .* lacks right"),
        ("like: other\nlike: other", "left: 1\nright: 2", r"own\.yaml:2: like is not a known key"),
        ("# nothing\nlike: other", "like: third", r"own\.yaml:2: like other: .*other\.yaml is itself like another"),
        ("like: other", "- 1", r"own\.yaml:1: like other: .*other\.yaml has no keys"),
        ("like: [other]", "left: 1", r"own\.yaml:1: like is not a known key"),
    ],
)
def test_a_slip_is_named_where_it_stands(tmp_path: Path, own: str, other: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        load(tmp_path, own=own, other=other)


def test_another_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResourceError, match=r"other\.yaml: cannot be read"):
        load(tmp_path, own="like: other")


def test_the_rehearsals_robot_is_a_panda_but_for_what_drives_it() -> None:
    rehearsal, panda = load_robot_description("rehearsal"), load_robot_description("panda")
    assert rehearsal.backend.kind == "rehearsal"
    assert (rehearsal.name, rehearsal.limits, rehearsal.safety) == (panda.name, panda.limits, panda.safety)

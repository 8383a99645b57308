"""Settings become plain values and come back, or an error says where they do not fit."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.configuration import Difference, first_difference, from_plain, kind_of, to_plain
from sim.errors import CheckpointError


@dataclass(frozen=True)
class PlainMlpSettings:
    width: int
    widths: tuple[int, ...] = (1, 2)


@dataclass(frozen=True)
class TreeSettings:
    depth: float = 0.5
    shape: Literal["oak", "elm"] = "oak"
    pair: tuple[float, int] = (0.5, 1)

    def __post_init__(self) -> None:
        if self.depth < 0:
            raise ValueError(f"depth is {self.depth}, expected 0 or more")


@dataclass(frozen=True)
class RunSettings:
    model: PlainMlpSettings | TreeSettings = field(default_factory=lambda: PlainMlpSettings(4))
    second: PlainMlpSettings | TreeSettings | None = None
    tree: TreeSettings = field(default_factory=TreeSettings)
    file: Path | None = None
    limit: int | None = None
    flag: bool = False


models = st.builds(PlainMlpSettings, st.integers(), st.lists(st.integers(), max_size=3).map(tuple)) | st.builds(
    TreeSettings, st.floats(0, 9), st.sampled_from(["oak", "elm"]), st.tuples(st.floats(0, 1), st.integers())
)
runs = st.builds(
    RunSettings, models, st.none() | models, limit=st.none() | st.integers(), file=st.none() | st.just(Path("a/b"))
)


def leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    return [leaf for inner in value for leaf in leaves(inner)] if isinstance(value, list) else [value]


@given(runs)
def test_settings_come_back_from_plain_values(settings: RunSettings):
    plain = to_plain(settings)
    assert from_plain(RunSettings, plain) == settings
    assert all(isinstance(leaf, str | int | float | None) for leaf in leaves(plain))


@given(runs, runs)
def test_two_settings_differ_where_their_plain_values_do(first: RunSettings, second: RunSettings):
    assert (first_difference(to_plain(first), to_plain(second)) is None) == (first == second)


def test_a_choice_says_its_kind():
    assert kind_of(PlainMlpSettings) == "plain_mlp"
    assert to_plain(RunSettings(TreeSettings()))["model"]["kind"] == "tree"
    assert "kind" not in to_plain(RunSettings())["tree"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"limit": "3"}, r"limit is '3', expected int"),
        ({"flag": 1}, r"flag is 1, expected bool"),
        ({"limt": 3}, r"limt is not known; did you mean 'limit'\?"),
        ({"model": {"kind": "plain_mpl"}}, r"model kind is 'plain_mpl', did you mean 'plain_mlp'\?"),
        ({"model": {"width": 3}}, r"model kind is 'nothing', known: plain_mlp, tree"),
        ({"model": {"kind": "plain_mlp", "widths": [1]}}, r"model lacks width"),
        ({"model": {"kind": "plain_mlp", "width": 3, "widths": [1, 2.5]}}, r"model\.widths\[1\] is 2\.5, expected int"),
        ({"tree": {"depth": 1.0, "shape": "ash", "pair": [1.0, 1]}}, r"tree\.shape is 'ash', expected one of 'oak'"),
        ({"tree": {"depth": -1.0, "shape": "oak", "pair": [1.0, 1]}}, r"tree depth is -1\.0, expected 0 or more"),
        ({"tree": 3}, r"tree is 3, expected names and values"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, Any], message: str):
    with pytest.raises(CheckpointError, match="old.pt does not fit this version: " + message):
        from_plain(RunSettings, {**to_plain(RunSettings()), **changes}, "old.pt")


def test_a_field_added_since_has_its_default():
    plain = to_plain(RunSettings(limit=3))
    del plain["file"], plain["tree"]["shape"]
    assert from_plain(RunSettings, plain) == RunSettings(limit=3)


def test_the_first_difference_names_field_and_both_values():
    first, second = to_plain(RunSettings(limit=3)), to_plain(RunSettings(tree=TreeSettings(shape="elm"), limit=4))
    assert first_difference(first, second) == Difference("tree.shape", "oak", "elm")
    assert first_difference({"a": 1}, {"a": 1, "b": 2}) == Difference("b", "nothing", 2)
    assert first_difference({"a": 1}, {"a": 1.0}) == Difference("a", 1, 1.0)

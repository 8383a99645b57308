"""Whatever is written down comes back with the same bits, and nothing else is made of a text that was altered."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra import numpy as some_numpy

from diffpol_ros.core.journal.difference import first_difference
from diffpol_ros.core.journal.lines import compact
from diffpol_ros.core.journal.values import Codec, JournalError
from diffpol_ros.core.types import ActionChunk, ObjectEstimate, Pose, RobotState, Tracking


@dataclass(frozen=True)
class Grown:
    kept: int
    since: float = 0.0


NOW = Grown(3, 0.5)
CODEC = Codec((ActionChunk, ObjectEstimate, Pose, RobotState, Tracking, Grown))
SCALARS = some.none() | some.booleans() | some.integers() | some.floats() | some.text()
NUMBERS = some.sampled_from((np.float64, np.float32, np.int64, np.uint8, np.bool_))
ARRAYS = NUMBERS.flatmap(lambda kind: some_numpy.arrays(kind, some_numpy.array_shapes(min_dims=0, min_side=0)))
VALUES = some.recursive(
    SCALARS | ARRAYS,
    lambda inner: some.lists(inner).map(tuple) | some.dictionaries(some.text(), inner),
    max_leaves=10,
)


def through_text(value: object) -> Any:
    return CODEC.value(json.loads(compact(CODEC.plain(value))))


@given(VALUES)
def test_a_value_written_and_read_is_written_the_same_again(value: object) -> None:
    plain = CODEC.plain(value)
    again = CODEC.plain(through_text(value))
    assert compact(again) == compact(plain)
    assert first_difference(CODEC, plain, again, "it") is None


@given(ARRAYS)
def test_an_array_keeps_its_bits_its_kind_and_its_shape(array: np.ndarray) -> None:
    back = through_text(array)
    assert isinstance(back, np.ndarray)
    assert (back.dtype, back.shape, back.tobytes()) == (array.dtype, array.shape, array.tobytes())


@given(some.floats())
def test_a_float_keeps_its_bits_but_those_of_a_nan(number: float) -> None:
    back = through_text(number)
    assert np.array(back).dtype == np.float64
    assert np.array_equal(np.asarray(back), number, equal_nan=True)
    assert np.signbit(back) == np.signbit(number) or np.isnan(number)


def test_dataclasses_come_back_whole() -> None:
    state = RobotState(17, np.arange(7) / 3.0, np.full(7, np.nan), np.full(7, -0.0), np.inf)
    back = through_text(state)
    assert isinstance(back, RobotState) and back.stamp_ns == 17
    assert back.joint_positions.tobytes() == state.joint_positions.tobytes()
    estimate = ObjectEstimate("cup", 3, Pose(np.ones(3), np.ones(4)), np.eye(6), Tracking.STALE)
    assert through_text({"cup": estimate})["cup"].tracking is Tracking.STALE


def test_what_the_stage_did_not_name_is_refused() -> None:
    with pytest.raises(JournalError, match="do not name it"):
        CODEC.plain(object())
    with pytest.raises(JournalError, match="only numbers"):
        CODEC.plain(np.array(["a"]))


def test_what_an_earlier_version_did_not_know_is_by_default_and_what_a_later_one_knew_is_refused() -> None:
    ((name, values),) = CODEC.plain(NOW).items()
    assert CODEC.value({name: values[:-1]}) == dataclasses.replace(NOW, since=0.0)
    with pytest.raises(JournalError, match="has 3 fields, this version's has kept, since"):
        CODEC.value({name: [*values, 1.0]})


@pytest.mark.parametrize(
    "plain",
    [
        {"f8": "!!"},
        {"f8": "AAAA"},
        {"O8": "AAAAAAAAAAA="},
        {"=Nobody": []},
        {"=Pose": [1]},
        {"=Pose": [{}, {}]},
        {"": 1},
    ],
)
def test_what_cannot_be_read_is_an_error_of_the_journal(plain: object) -> None:
    with pytest.raises(JournalError, match="the journal"):
        CODEC.value(plain)

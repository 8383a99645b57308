"""The first difference is named by its field and its size, were it the last bit."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as some

from diffpol_ros.core.journal.difference import Difference, first_difference
from diffpol_ros.core.journal.values import Codec
from diffpol_ros.core.types import Pose

CODEC = Codec((Pose,))


def between(then: object, now: object) -> Difference | None:
    return first_difference(CODEC, CODEC.plain(then), CODEC.plain(now), "it")


@given(some.integers(0, 2), some.floats(allow_nan=False, allow_infinity=False, width=32))
def test_one_flipped_bit_is_found_where_it_is(place: int, number: float) -> None:
    then = np.full(3, number)
    now = then.copy()
    now.view(np.uint64)[place] ^= 1
    found = between(Pose(then, np.ones(4)), Pose(now, np.ones(4)))
    assert found is not None and found.field == f"it.position[{place}]"
    assert found.size == abs(now[place] - then[place])


def test_the_sign_of_zero_and_the_kind_of_a_number_count() -> None:
    assert between(0.0, -0.0) is not None
    assert between(1, 1.0) is not None
    assert between(1, True) is not None
    assert between(float("nan"), float("nan")) is None


def test_what_is_missing_or_another_kind_is_named() -> None:
    found = between((1, 2), (1,))
    assert found is not None and found.field == "it[1]" and found.now == "nothing" and math.isnan(found.size)
    assert between(np.ones(3), np.ones(4)) is not None
    assert between("a", None) is not None
    assert between({"a": 1.0}, {"a": 1.5}) == Difference("it[0][1]", "1.0", "1.5", 0.5)


def test_it_reads_as_one_line() -> None:
    assert str(between(1.0, 1.5)) == "it: 1.0 then, 1.5 now, by 0.5"

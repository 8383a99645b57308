"""What a recorder lost is noted topic by topic, between the looks that saw it, and reads back."""

import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.replay.losses import Loss, LossBook, Losses

SECOND = 1_000_000_000


def test_only_a_count_that_grows_is_noted_between_the_looks_around_it() -> None:
    book = LossBook(begun_ns=0)
    assert not book.note({}, {}, SECOND)
    assert book.note({"/a": 3}, {"/b": 1}, 2 * SECOND)
    assert not book.note({"/a": 3}, {"/b": 1}, 3 * SECOND)
    assert book.note({"/a": 3}, {"/b": 5}, 4 * SECOND)
    assert book.losses(ended=True) == Losses(
        (Loss("/a", 3, 0, SECOND, 2 * SECOND), Loss("/b", 0, 5, SECOND, 4 * SECOND)), ended=True
    )


def test_a_recording_that_lost_nothing_says_so() -> None:
    book = LossBook(begun_ns=7)
    assert not book.note({}, {}, 8)
    assert book.losses(ended=True) == Losses((), ended=True)


def test_what_was_written_reads_back() -> None:
    losses = Losses((Loss("/camera/front/image_raw", 2, 40, 5, 2**61),), ended=False)
    assert Losses.from_text(losses.to_text(), "the bag") == losses


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"each": [{}], "ended": true}', '{"each": 3, "ended": true}'])
def test_what_cannot_be_read_is_an_error_that_names_it(text: str) -> None:
    with pytest.raises(ResourceError, match="the bag: cannot be read"):
        Losses.from_text(text, "the bag")

"""Settings come back from their text as the same bits."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.settings import parse_settings, setting
from diffpol_ros.core.settings_text import settings_text


@dataclass(frozen=True)
class Inner:
    numbers: tuple[float, ...]
    word: str | None = None


@dataclass(frozen=True)
class Base:
    share: float = setting(0.5, minimum=-1e300, maximum=1e300)
    inner: Inner | None = None


@dataclass(frozen=True)
class Whole(Base):
    more: int = 0


finite = st.floats(min_value=-1e300, max_value=1e300)


@given(finite, st.lists(finite), st.text() | st.none())
def test_settings_read_back_bit_by_bit(share: float, numbers: list[float], word: str | None) -> None:
    settings = Base(share, Inner(tuple(numbers), word))
    back = parse_settings(Base, settings_text(settings), "a journal")
    assert repr(back) == repr(settings)


def test_of_a_larger_dataclass_only_the_asked_part_is_told() -> None:
    assert parse_settings(Base, settings_text(Whole(0.25, None, 3), Base), "a journal") == Base(0.25)

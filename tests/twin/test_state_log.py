import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.twin.state_log import StateLog
from tests.fake_plant import FakePlant

STATE = FakePlant().plant_state()


@given(st.integers(1, 20), st.integers(0, 60))
def test_the_newest_ticks_are_kept_by_number(capacity: int, count: int):
    log = StateLog(capacity)
    for number in range(count):
        log.append(dataclasses.replace(STATE, tick=number))
    assert len(log) == count
    for number in range(-2, count + 2):
        state = log.get(number)
        kept = max(0, count - capacity) <= number < count
        assert (state is not None) == kept
        assert state is None or state.tick == number
    newest = log.newest()
    assert (newest.tick if newest else None) == (count - 1 if count else None)

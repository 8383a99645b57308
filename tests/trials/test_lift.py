"""Success is a lift that lasts, in time."""

from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.clock import to_ns
from diffpol_ros.trials.lift import LiftJudge, LiftTask, Outcome

REST, PERIOD_S = 0.03, 0.02


def judge_heights(heights: list[float]) -> Outcome | None:
    judge = LiftJudge(LiftTask(), 7, 0, REST)
    for index, height in enumerate(heights):
        outcome = judge.see(to_ns(index * PERIOD_S), REST + height)
        if outcome:
            return outcome
    return None


def test_a_lift_that_lasts_is_a_success() -> None:
    outcome = judge_heights([0.0] * 100 + [0.11] * 100)
    assert outcome
    assert outcome.success
    assert outcome.duration_s == 2.5


def test_a_lift_that_is_dropped_is_none() -> None:
    outcome = judge_heights(([0.11] * 20 + [0.0]) * 40)
    assert outcome
    assert not outcome.success
    assert "lifted by 11.0 cm" in outcome.reason


def test_an_episode_ends_when_its_time_is_up() -> None:
    outcome = judge_heights([0.0] * 1000)
    assert outcome
    assert not outcome.success
    assert outcome.duration_s == 12.0


@given(st.lists(st.floats(-0.03, 0.0999), max_size=700))
def test_what_stays_below_the_height_never_succeeds(heights: list[float]) -> None:
    outcome = judge_heights(heights)
    assert outcome is None or not outcome.success

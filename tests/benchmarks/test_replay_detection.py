"""On the committed bag: a millisecond of a stamp is found by the bridge's own journal, and nothing in a mere copy."""

from dataclasses import replace

import pytest

from benchmarks.replay import GOLDEN
from benchmarks.replay_alone import Alone, found
from benchmarks.replay_detection import Subject, Tried
from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.result import Change, FirstDifference, StageResult


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(GOLDEN)


@pytest.fixture(scope="module")
def before() -> Alone:
    return Alone(replay_control(GOLDEN, ReplayOptions()), "", 0)


def noticed(subject: Subject, before: Alone, tried: Tried) -> str:
    return found(before, Alone(replay_control(tried.bag, tried.options), "", 0), subject.begun_ns)


def test_a_copy_with_nothing_changed_is_the_same(subject: Subject, before: Alone) -> None:
    told = [noticed(subject, before, each) for each in subject.none() if each.stage == "control"]
    assert told == [""]


def test_a_millisecond_of_any_stamp_that_the_bridge_published_is_noticed(subject: Subject, before: Alone) -> None:
    told = {each.change: noticed(subject, before, each) for each in subject.stamps() if each.stage == "control"}
    assert len(told) == 4
    assert all("is not in the journal" in each for each in told.values()), told


def test_a_robots_answer_of_another_time_is_noticed_whether_or_not_the_journal_is_sealed_anew(
    subject: Subject, before: Alone
) -> None:
    altered, sealed = (noticed(subject, before, each) for each in subject.answers() if each.stage == "control")
    assert "altered" in altered
    assert sealed.startswith("joint_states of ") and "not in the journal" in sealed


def result(first: FirstDifference | None, *complaints: str) -> StageResult:
    return StageResult("control", 10, 9 if first else 10, 0, first, (), 1.0, 0.5, complaints)


def test_what_was_there_before_is_not_found_again() -> None:
    first = FirstDifference(3_500_000_000, Difference("send", "1", "2", 1.0))
    before = Alone(result(None, "a hole"), "", 0)
    assert found(before, before, 0) == ""
    assert found(before, Alone(result(None, "a hole", "another"), "", 0), 0) == "another"
    assert found(before, Alone(None, "no such policy", 0), 0) == "refused: no such policy"
    told = found(before, Alone(result(first), "", 0), 1_000_000_000)
    assert told == "1 of 10 decisions differ, the first 2.50 s after the beginning: send: 1 then, 2 now, by 1"


def test_a_change_is_found_where_the_first_decision_differed_all_along() -> None:
    first = FirstDifference(1, Difference("pose", "1", "2", 1.0))
    before = result(first)
    more = replace(before, equal=4, changes=(Change("position", 1e-4, "m"), Change("tags", 0.0)))
    told = found(Alone(before, "", 0), Alone(more, "", 0), 0)
    assert told == "6 of 10 decisions differ, 1 without the change; at most position 0.0001 m"


def test_other_measures_of_the_same_decisions_are_no_change() -> None:
    measured = replace(result(None), changes=(Change("position", 0.0, "m"),))
    assert found(Alone(result(None), "", 0), Alone(measured, "", 0), 0) == ""

"""The gate's words over time."""

from itertools import pairwise

from diffpol_ros.replay import verdicts
from diffpol_ros.replay.series import Run
from diffpol_ros.replay.verdicts import Verdict
from tests.replay.synthetic import MS, START_NS


def test_the_verdict_in_force_is_the_last_one_said(run: Run) -> None:
    assert verdicts.at(run.gate, START_NS - 1) == Verdict("", "")
    assert verdicts.at(run.gate, START_NS + 400 * MS) == Verdict("STOP", "not enabled")
    assert verdicts.at(run.gate, START_NS + 600 * MS).word == "COMMAND"


def test_spans_cover_the_run_without_repetition(run: Run) -> None:
    found = verdicts.spans(run.gate, run.span_ns[1])
    assert [span.verdict.word for span in found] == ["STOP", "COMMAND", "HOLD"]
    assert all(first.end_ns == second.start_ns for first, second in pairwise(found))
    assert found[-1].end_ns == run.span_ns[1]

"""What an evaluation writes."""

from pathlib import Path

import pytest

from diffpol_ros.core.statistics import clopper_pearson
from sim.evaluate.outcome import Outcome
from sim.evaluate.results import Evaluation, compare, effective_number, summarise


def outcome(seed: int, success: bool) -> Outcome:
    return Outcome(seed, success, 4.0 + seed, inferences=2, inference_time=0.01, reason="")


def test_a_summary_counts_and_averages():
    result = summarise("state", [outcome(0, True), outcome(1, False), outcome(2, True)])
    assert (result.successes, result.trials, result.first_seed) == (2, 3, 0)
    assert (result.low, result.high) == clopper_pearson(2, 3)
    assert result.mean_duration == pytest.approx(5.0) and result.mean_inference_ms == pytest.approx(5.0)


def test_what_is_saved_comes_back(tmp_path: Path):
    evaluation = Evaluation("policy", (summarise("state", [outcome(0, True)]),), latency=0.1, seam="blend")
    evaluation.save(tmp_path / "evaluation.json")
    assert Evaluation.load(tmp_path / "evaluation.json") == evaluation


def test_ways_taken_equally_often_count_as_many():
    assert effective_number(["a", "b", "", "a", "b"]) == pytest.approx(2.0)
    assert effective_number(["a"] * 5) == pytest.approx(1.0)
    assert 1.0 < (effective_number(["a"] * 9 + ["b"]) or 0.0) < 2.0
    assert effective_number(["", ""]) is None


def test_a_comparison_says_who_did_better_and_by_how_much():
    first = [Outcome(seed, seed > 1, 4.0, 2, 0.01, "", total_reward=seed + 1.0) for seed in range(8)]
    second = [Outcome(seed, seed > 5, 4.0, 2, 0.01, "", total_reward=float(seed)) for seed in range(8)]
    compared = compare("as the task is", first, second)
    assert compared.returns and compared.returns.mean == 1.0
    assert compared.successes.difference == 0.5 and compared.successes.only_first == 4
    assert "+50.0 %" in str(compared) and "McNemar p = 0.12" in str(compared)

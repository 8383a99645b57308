"""Latencies of a bag whose latencies are known."""

import numpy as np
import pytest

from diffpol_ros.replay import latency
from diffpol_ros.replay.distribution import distribution
from diffpol_ros.replay.series import Run
from tests.replay.synthetic import CHUNK_DELAY_NS, ESTIMATE_DELAY_NS, MS, TARGET_DELAY_NS


def test_each_stage_takes_what_it_took(run: Run) -> None:
    found = {stage.name: stage.latency for stage in latency.stages(run)}
    assert found["exposure -> estimate of block"].median == pytest.approx(ESTIMATE_DELAY_NS / MS)
    assert found["robot tick -> action chunk"].p99 == pytest.approx(CHUNK_DELAY_NS / MS)
    assert found["action chunk -> joint target"].median == pytest.approx(TARGET_DELAY_NS / MS)


def test_the_whole_way_counts_from_the_newest_exposure(run: Run) -> None:
    whole = {stage.name: stage.latency for stage in latency.stages(run)}["exposure -> joint target"]
    assert whole.median == pytest.approx(45 + CHUNK_DELAY_NS / MS + TARGET_DELAY_NS / MS)
    assert whole.count == 40


def test_commands_come_regularly(run: Run) -> None:
    assert latency.command_periods(run).median == pytest.approx(10.0)
    assert latency.command_jitter(run).p99 == pytest.approx(0.0)


def test_nothing_measured_is_not_a_number_rather_than_zero() -> None:
    empty = distribution([])
    assert empty.count == 0
    assert np.isnan(empty.median)

"""Each stage's latency at each time is that of the bag."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.replay.latency_series import latency_series, one_clock, stage_series
from diffpol_ros.replay.report.tables import tables
from diffpol_ros.replay.series import Run
from tests.replay.synthetic import CHUNK_DELAY_NS, ESTIMATE_DELAY_NS, TARGET_DELAY_NS


def test_every_stage_has_its_figures(run: Run) -> None:
    found = {each.name: each for each in latency_series(run)}
    assert np.allclose(found["exposure -> estimate of block"].milliseconds, 1e-6 * ESTIMATE_DELAY_NS)
    assert np.allclose(found["robot tick -> action chunk"].milliseconds, 1e-6 * CHUNK_DELAY_NS)
    assert np.allclose(found["joint target -> the next"].milliseconds, 10.0)
    assert len(found["joint target -> the next"].stamps_ns) == len(run.targets) - 1
    assert not len(found["inference"].stamps_ns)


def test_what_an_answer_took_is_told_at_the_time_of_the_answer(run: Run) -> None:
    found = {each.name: each for each in stage_series(run)}["action chunk -> joint target"]
    chunks_ns = np.array([chunk.published_ns for chunk in run.chunks])
    assert np.isin(found.stamps_ns - TARGET_DELAY_NS, chunks_ns).all()
    assert np.isin(found.stamps_ns, run.targets.published_ns).all()


@pytest.mark.parametrize(("speed", "told"), [(0.5, False), (0.8, False), (1.0, True), (2.0, False)])
def test_between_two_clocks_there_is_no_latency(run: Run, speed: float, told: bool) -> None:
    """A twin's clock may run at another speed than the one that messages are sent by."""
    first = run.joints.stamps_ns[0]
    stamps_ns = first + np.round(speed * (run.joints.stamps_ns - first)).astype(np.int64)
    other = replace(run, joints=replace(run.joints, stamps_ns=stamps_ns))
    assert one_clock(other) == bool(stage_series(other)) == told
    (table,) = [each for each in tables(other, load_robot_description("panda"), ()) if each.title == "latency"]
    assert ("not told" in str(table.rows)) != told

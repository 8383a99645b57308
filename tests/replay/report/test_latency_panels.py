"""Each stage's latency is drawn at the time of its end."""

import numpy as np

from diffpol_ros.replay.latency import stages
from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.latency_panels import latency_panels
from diffpol_ros.replay.series import Run
from tests.replay.synthetic import ESTIMATE_DELAY_NS


def test_every_stage_of_the_table_is_drawn_over_time(run: Run) -> None:
    latency, *_ = latency_panels(run, Clock(run.span_ns[0]))
    assert [curve.label for curve in latency.curves] == [stage.name for stage in stages(run)]
    assert [len(np.asarray(curve.values)) for curve in latency.curves] == [stage.latency.count for stage in stages(run)]
    estimates = latency.curves[0]
    assert np.allclose(np.asarray(estimates.values), 1e-6 * ESTIMATE_DELAY_NS)
    published_ns = run.estimates["block"].published_ns
    assert np.allclose(np.asarray(estimates.times), 1e-9 * (published_ns - run.span_ns[0]))

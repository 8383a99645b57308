"""Each stage's latency at each time is that of the bag."""

import numpy as np

from diffpol_ros.replay.latency_series import latency_series
from diffpol_ros.replay.series import Run
from tests.replay.synthetic import CHUNK_DELAY_NS, ESTIMATE_DELAY_NS


def test_every_stage_has_its_figures(run: Run) -> None:
    found = {each.name: each for each in latency_series(run)}
    assert np.allclose(found["exposure to estimate of block"].milliseconds, 1e-6 * ESTIMATE_DELAY_NS)
    assert np.allclose(found["robot tick to chunk"].milliseconds, 1e-6 * CHUNK_DELAY_NS)
    assert np.allclose(found["joint target to the next"].milliseconds, 10.0)
    assert len(found["joint target to the next"].stamps_ns) == len(run.targets) - 1
    assert not len(found["inference"].stamps_ns)

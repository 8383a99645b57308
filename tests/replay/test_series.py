"""A bag becomes arrays with nothing lost on the way."""

import numpy as np

from diffpol_ros.replay.series import Run
from tests.replay.synthetic import MS, START_NS, block_position


def test_every_message_is_there(run: Run) -> None:
    assert len(run.joints) == len(run.targets) == len(run.end_effector) == 400
    assert len(run.truths["block"]) == 200
    assert len(run.estimates["block"]) == len(run.chunks) == len(run.inferences) == 40
    assert run.images == {"front": 40}
    assert list(run.estimates) == ["block"]


def test_values_keep_their_places(run: Run) -> None:
    assert np.allclose(run.joints.positions[0, :4], [0.1, 0.2, 0.3, -2.0])
    assert np.allclose(run.truths["block"].positions[150], block_position(3.0))
    assert run.truths["block"].stamps_ns[150] == START_NS + 3000 * MS


def test_a_chunk_knows_when_each_action_is_due(run: Run) -> None:
    chunk = run.chunks[0]
    assert chunk.observation_ns == START_NS + 50 * MS
    assert (chunk.due_ns - chunk.observation_ns).tolist() == [100 * MS * (index + 1) for index in range(8)]
    assert chunk.widths.tolist() == [0.08] * 8


def test_the_span_is_that_of_the_bag(run: Run) -> None:
    assert 3.98 < run.duration_s < 4.05

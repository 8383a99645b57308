"""The worlds of a fine-tuning."""

import numpy as np
import pytest

from sim.envs.progress import ProgressWorlds
from sim.errors import TrainingError
from sim.finetune.run import worlds_of
from sim.finetune.settings import FinetuneSettings
from sim.scale.cluster import ScaleSettings

ONE = np.ones(1, bool)


def test_they_pay_for_progress_only_where_that_has_a_weight():
    paying, plain = FinetuneSettings(worlds=1, fast=True, progress=2.0), FinetuneSettings(worlds=1, fast=True)
    with worlds_of("block", paying, ScaleSettings()) as worlds, worlds_of("block", plain, ScaleSettings()) as others:
        assert isinstance(worlds, ProgressWorlds) and not isinstance(others, ProgressWorlds)
        frames = worlds.reset(ONE, np.array([3]))
        np.testing.assert_array_equal(frames, others.reset(ONE, np.array([3])))
        down = frames[:, :10] - np.array([0.0, 0.0, 0.02] + [0.0] * 7, np.float32)
        paid, unpaid = worlds.step(down, ONE), others.step(down, ONE)
        np.testing.assert_array_equal(paid.observations, unpaid.observations)
        assert paid.rewards[0] > 0.0 and unpaid.rewards[0] == 0.0


def test_a_task_that_knows_no_progress_is_refused():
    with (
        pytest.raises(TrainingError, match="task hopper does not say how near"),
        worlds_of("hopper", FinetuneSettings(worlds=1, progress=1.0), ScaleSettings()),
    ):
        pass

"""A training whose worlds are stepped by two Ray workers ends with the weights that one process ends with."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sim.finetune.run import finetune
from sim.scale.cluster import ScaleSettings
from tests.sim.finetune.test_run import CPU, arguments
from tests.sim.finetune.test_tuner import weights

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_two_workers_train_what_one_process_trains(tmp_path: Path):
    one = finetune(arguments(tmp_path / "one"), CPU)
    two = finetune(replace(arguments(tmp_path / "two"), scale=ScaleSettings(ray_workers=2)), CPU)
    assert two.gradient_steps > 0 and torch.equal(weights(one), weights(two))
    other = finetune(replace(arguments(tmp_path / "other"), seed=3), CPU)
    assert not torch.equal(weights(one), weights(other))

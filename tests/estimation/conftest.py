"""A stage with the detector that the node opens."""

from collections.abc import Iterator

import pytest

from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.stage import EstimationStage
from tests.estimation.stages import stage


@pytest.fixture
def pupil_stage() -> Iterator[EstimationStage]:
    seen = stage(open_detector)
    yield seen
    seen.close()

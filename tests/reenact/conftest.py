"""One live run of estimation for all tests of this folder: its pictures are drawn only once."""

import pytest

from tests.reenact.estimation_live import LiveEstimation


@pytest.fixture(scope="session")
def live_estimation() -> LiveEstimation:
    """Give a short run of the estimation stage."""
    return LiveEstimation()

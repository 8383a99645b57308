"""The campaign's chunks are followed, not refused, and it tells targets from an arm that lags."""

import numpy as np
import pytest

from benchmarks.gate_campaign import LAG, campaign
from benchmarks.gate_ways import WAYS, Way, keep_out
from diffpol_ros.control.settings import FollowerSettings

SETTINGS = FollowerSettings()


@pytest.mark.parametrize("way", WAYS)
def test_nearly_every_chunk_is_followed_and_no_target_strays(way: Way) -> None:
    tally = campaign(way, 20, SETTINGS, "panda")
    assert tally.offered == 20 and tally.counts["chunk.accepted"] >= 18
    assert max(tally.strays.values()) <= SETTINGS.workspace_tolerance
    assert max(tally.measured.values()) <= SETTINGS.workspace_tolerance
    assert (tally.shares <= 1.0).all()


def test_an_arm_that_lags_is_told_apart_from_its_targets() -> None:
    tally = campaign(keep_out, 20, SETTINGS, "panda", LAG)
    assert max(tally.strays.values()) <= SETTINGS.workspace_tolerance
    apart = [abs(tally.measured[name] - stray) for name, stray in tally.strays.items()]
    assert np.max(apart) > 0.01

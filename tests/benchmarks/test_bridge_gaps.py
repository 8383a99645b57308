"""Up to two periods a late tick costs nothing; what a longer one costs is not hidden."""

import pytest

from benchmarks.bridge_gaps import acceleration_after
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import load_robot_description


@pytest.mark.parametrize("name", ["panda", "fr3"])
def test_a_tick_two_periods_late_breaks_no_limit_and_one_that_is_later_does(name: str) -> None:
    description, settings = load_robot_description(name), FollowerSettings()
    assert 0.5 < acceleration_after(description, settings, 2.0) <= 1.0
    assert 1.0 < acceleration_after(description, settings, 3.0) < 5.0

"""How old is too old."""

import numpy as np
import pytest

from diffpol_ros.control.guards.age import ChunkAge, StateAge
from diffpol_ros.control.guards.persistence import Persistence
from diffpol_ros.control.guards.unit_quaternions import find_not_unit
from diffpol_ros.core.clock import to_ns


@pytest.mark.parametrize(("age", "name"), [(0.0, ""), (0.05, ""), (0.051, "state_old"), (0.26, "robot_frozen")])
def test_a_silent_robot_is_old_then_frozen(age: float, name: str) -> None:
    found = StateAge(0.05, 0.25).judge(age)
    assert (found.name if found else "") == name


@pytest.mark.parametrize(("age", "name"), [(0.0, ""), (1.0, ""), (1.01, "old"), (-0.1, ""), (-0.11, "future")])
def test_an_observation_is_neither_old_nor_of_the_future(age: float, name: str) -> None:
    found = ChunkAge(1.0, 0.1).judge(age)
    assert (found.name if found else "") == name


def test_what_persists_counts_from_its_first_sample() -> None:
    persistence = Persistence(0.1)
    assert not persistence.lasts(to_ns(5.0), True)
    assert not persistence.lasts(to_ns(5.09), True)
    assert persistence.lasts(to_ns(5.1), True)
    assert not persistence.lasts(to_ns(5.2), False)
    assert not persistence.lasts(to_ns(5.3), True)


def test_a_quaternion_that_is_no_rotation_is_found() -> None:
    good = np.tile([0.0, 0.6, 0.0, 0.8], (3, 1))
    assert find_not_unit(good) is None
    good[1] *= 1.01
    found = find_not_unit(good)
    assert found is not None and "norm 1.0100" in found.reason

"""A place is kept to the bit, and the way to it is measured."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.spatial import compose, quaternion_from_rotation_vector
from diffpol_ros.core.types import Pose
from diffpol_ros.trials.place import Offset, Tolerance, offset, place_of, read_place, write_place

THERE = Pose(np.array([0.5, 0.1, 0.03]), quaternion_from_rotation_vector(np.array([0.0, 0.0, 0.7])))
numbers = st.floats(-1.0, 1.0)


@given(st.tuples(numbers, numbers, numbers), st.tuples(numbers, numbers, numbers))
def test_the_offset_is_the_distance_and_the_angle_between(shift: tuple[float, ...], turn: tuple[float, ...]) -> None:
    moved = compose(THERE, Pose(np.array(shift), quaternion_from_rotation_vector(np.array(turn))))
    found = offset(THERE, moved)
    assert found.millimetres == pytest.approx(1e3 * np.linalg.norm(shift), abs=1e-6)
    assert found.degrees == pytest.approx(np.degrees(np.linalg.norm(turn)), abs=1e-4)


def test_both_distance_and_angle_must_be_within() -> None:
    tolerance = Tolerance(3.0, 2.0)
    assert tolerance.holds(Offset(3.0, 2.0))
    assert not tolerance.holds(Offset(3.1, 0.0)) and not tolerance.holds(Offset(0.0, 2.1))


def test_a_kept_place_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "places" / "condition_001.json"
    assert read_place(path) is None
    write_place(path, place_of(THERE))
    kept = read_place(path)
    assert kept == place_of(THERE) and kept is not None and (kept.pose.position == THERE.position).all()


def test_a_place_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "condition_001.json"
    path.write_text('{"position": [0, 0, 0], "quaternion": [0, 0, 0, 0.5]}')
    with pytest.raises(SettingsError, match=r"norm is 0\.5"):
        read_place(path)

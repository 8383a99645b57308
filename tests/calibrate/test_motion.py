"""Which turn of the hand is missing."""

import numpy as np
import pytest

from diffpol_ros.calibrate.chain import moved
from diffpol_ros.calibrate.motion import missing_turn, principal_ranges, ranges
from diffpol_ros.core.spatial import compose, identity_pose, quaternion_from_rotation_vector
from diffpol_ros.core.types import Pose

DOWN = Pose(np.array([0.45, 0.0, 0.35]), np.array([1.0, 0.0, 0.0, 0.0]))
TWENTY = np.radians(20.0)


def turned(*vectors: tuple[float, float, float]) -> list[Pose]:
    """Return hands turned from pointing down about their own axes, by vectors in degrees."""
    steps = [np.concatenate([np.zeros(3), np.radians(vector)]) for vector in vectors]
    return [compose(DOWN, moved(identity_pose(), step)) for step in steps]


@pytest.mark.parametrize(("axis", "others"), [(0, "[yz]"), (1, "[xz]"), (2, "[xy]")])
def test_turns_about_one_axis_lack_another(axis: int, others: str) -> None:
    vectors = np.zeros((5, 3))
    vectors[:, axis] = np.linspace(-30.0, 30.0, 5)
    hands = turned(*(tuple(vector) for vector in vectors.tolist()))
    np.testing.assert_allclose(np.degrees(ranges(hands))[axis], 60.0, atol=0.1)
    message = missing_turn(hands, TWENTY)
    assert f"{'xyz'[axis]} 60" in message
    assert any(f"about its {name} axis by 20 degrees" in message for name in others.strip("[]"))


def test_of_two_axes_across_the_one_turned_about_less_is_asked_for() -> None:
    hands = turned((0, 0, -30), (0, 0, 30), (8, 0, 0), (-8, 0, 0), (0, 0, 0))
    assert "about its y axis" in missing_turn(hands, TWENTY)


def test_two_axes_suffice() -> None:
    hands = turned((-11, 0, 0), (11, 0, 0), (0, -15, 0), (0, 15, 0))
    assert missing_turn(hands, TWENTY) == ""
    assert np.degrees(principal_ranges(hands)[2]) < 3.0


def test_nothing_turned_yet() -> None:
    assert "turn it about its x axis" in missing_turn([], TWENTY)
    assert "turn it about its x axis" in missing_turn([DOWN], TWENTY)
    same = Pose(DOWN.position, quaternion_from_rotation_vector(np.array([np.pi, 0.0, 0.0])))
    assert "turn it about its" in missing_turn([DOWN, same], TWENTY)

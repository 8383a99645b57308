import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from diffpol_ros.core.types import ActionChunk, JointTarget, ObjectEstimate, Pose, RobotState, frozen_array

POSE = Pose(np.zeros(3), np.array([0.0, 0.0, 0.0, 1.0]))


def chunk(stamps_ns: tuple[int, ...] = (10, 20), **changes: object) -> ActionChunk:
    count = len(stamps_ns)
    values = {
        "positions": np.zeros((count, 3)),
        "quaternions": np.tile([0.0, 0, 0, 1], (count, 1)),
        "gripper_widths": np.zeros(count),
        **changes,
    }
    return ActionChunk(observation_stamp_ns=0, stamps_ns=stamps_ns, **values)  # type: ignore[arg-type]


def test_arrays_are_copied_so_that_the_giver_cannot_change_them() -> None:
    given = np.zeros(3)
    pose = Pose(given, POSE.quaternion)
    given[0] = 1.0
    assert pose.position[0] == 0.0


def test_arrays_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        POSE.position[0] = 1.0


def test_fields_cannot_be_replaced() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        POSE.position = np.ones(3)  # type: ignore[misc]


def test_frozen_array_takes_any_length_where_told() -> None:
    assert frozen_array([[1, 2, 3], [4, 5, 6]], (-1, 3), "table").shape == (2, 3)


@pytest.mark.parametrize("values", [[1.0, 2.0], [[1.0, 2.0, 3.0]], 1.0, [], None])
def test_wrong_shape_is_named_with_the_right_one(values: object) -> None:
    with pytest.raises(ValueError, match=r"Pose\.position has shape .*, expected \(3,\)"):
        Pose(values, POSE.quaternion)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: Pose(np.zeros(3), np.zeros(3)), "Pose.quaternion"),
        (lambda: ObjectEstimate("block", 0, POSE, np.eye(3)), "ObjectEstimate.covariance"),
        (lambda: RobotState(0, np.zeros(6), np.zeros(7), np.zeros(7), 0.0), "RobotState.joint_positions"),
        (lambda: RobotState(0, np.zeros(7), np.zeros(6), np.zeros(7), 0.0), "RobotState.joint_velocities"),
        (lambda: RobotState(0, np.zeros(7), np.zeros(7), np.zeros(6), 0.0), "RobotState.external_torques"),
        (lambda: JointTarget(0, np.zeros(8), 0.0), "JointTarget.joint_positions"),
        (lambda: chunk(positions=np.zeros((3, 3))), "ActionChunk.positions"),
        (lambda: chunk(quaternions=np.zeros((2, 3))), "ActionChunk.quaternions"),
        (lambda: chunk(gripper_widths=np.zeros(1)), "ActionChunk.gripper_widths"),
    ],
)
def test_every_array_has_its_shape_checked(make: Callable[[], object], name: str) -> None:
    with pytest.raises(ValueError, match=name):
        make()


def test_chunk_counts_its_actions_and_keeps_whole_nanoseconds() -> None:
    made = chunk((np.int64(10), np.int64(20)))  # type: ignore[arg-type]
    assert len(made) == 2
    assert all(type(stamp) is int for stamp in made.stamps_ns)


def test_empty_chunk_is_a_chunk() -> None:
    assert len(chunk(())) == 0


@pytest.mark.parametrize("stamps_ns", [(10, 10), (20, 10), (10, 30, 20)])
def test_chunk_refuses_actions_that_are_not_in_order(stamps_ns: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="must increase"):
        chunk(stamps_ns)

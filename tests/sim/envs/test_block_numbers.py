"""Names of the block task's numbers."""

import pytest

from sim.envs.block_numbers import BLOCK, BLOCK_AXES, FINGERS, HAND, HAND_AXIS
from sim.tasks.block import BLOCK_LIFT

XYZ = "xyz"


@pytest.mark.parametrize(
    ("numbers", "names"),
    [
        (HAND, [f"end_effector.position.{axis}" for axis in XYZ]),
        (HAND_AXIS, [f"end_effector.rotation.{axis}x" for axis in XYZ]),
        (BLOCK, [f"block.position.{axis}" for axis in XYZ]),
        (BLOCK_AXES[0], [f"block.rotation.{axis}x" for axis in XYZ]),
        (BLOCK_AXES[1], [f"block.rotation.{axis}y" for axis in XYZ]),
    ],
)
def test_numbers_of_a_frame_say_what_they_are_called(numbers: slice, names: list[str]):
    assert list(BLOCK_LIFT.frame_names[numbers]) == names


def test_the_number_of_the_fingers():
    assert BLOCK_LIFT.action_names[FINGERS] == "gripper.width"

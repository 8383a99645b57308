"""What every robot says of itself."""

import numpy as np

from tests.system.conformance.rig import Rig
from tests.system.conformance.targets import SHIFT, target


def test_stamps_are_the_robots_own_and_move_with_its_time(connected: Rig) -> None:
    stamps = [connected.robot.state().stamp_ns]
    for _ in range(5):
        connected.advance(0.02)
        stamps.append(connected.robot.state().stamp_ns)
    steps_s = np.diff(stamps) * 1e-9
    assert (steps_s >= 0.018).all()
    assert steps_s.sum() < 5.0


def test_a_state_is_finite_and_has_seven_joints(connected: Rig) -> None:
    state = connected.robot.state()
    for numbers in (state.joint_positions, state.joint_velocities, state.external_torques):
        assert numbers.shape == (7,) and np.isfinite(numbers).all()
    assert isinstance(state.stamp_ns, int)
    assert 0.0 <= state.gripper_width <= connected.description.gripper.maximum_width + 1e-3


def test_the_positions_are_within_the_limits_of_the_description(connected: Rig) -> None:
    positions, limits = connected.robot.state().joint_positions, connected.description.limits
    assert (positions > np.array(limits.lower)).all() and (positions < np.array(limits.upper)).all()


def test_a_state_does_not_change_afterwards(following: Rig) -> None:
    state = following.robot.state()
    kept = state.joint_positions.copy()
    following.robot.send(target(following, SHIFT))
    following.advance(0.05)
    assert (state.joint_positions == kept).all()

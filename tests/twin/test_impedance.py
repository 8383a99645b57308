import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.twin.impedance import FRANKA_GAINS, ImpedanceGains, ImpedanceLaw

joints = arrays(np.float64, 7, elements=st.floats(-3.0, 3.0))
jacobians = arrays(np.float64, (6, 7), elements=st.floats(-1.0, 1.0))


@given(joints, joints, joints, jacobians)
def test_the_torques_are_the_written_law(target: np.ndarray, q: np.ndarray, v: np.ndarray, jacobian: np.ndarray):
    gains = FRANKA_GAINS
    stiffness = jacobian.T @ np.diag(gains.cartesian_stiffness) @ jacobian + np.diag(gains.joint_stiffness)
    damping = jacobian.T @ np.diag(gains.cartesian_damping) @ jacobian + np.diag(gains.joint_damping)
    expected = stiffness @ (target - q) - damping @ v
    np.testing.assert_allclose(ImpedanceLaw(target).torques(0, q, v, jacobian), expected, rtol=1e-9, atol=1e-9)


@given(joints, jacobians)
def test_at_rest_on_the_target_there_is_no_torque(target: np.ndarray, jacobian: np.ndarray):
    assert not ImpedanceLaw(target).torques(0, target, np.zeros(7), jacobian).any()


@given(joints, joints, jacobians)
def test_damping_only_takes_energy(target: np.ndarray, v: np.ndarray, jacobian: np.ndarray):
    assert ImpedanceLaw(target).torques(0, target, v, jacobian) @ v <= 1e-9


@pytest.mark.parametrize("bad", [[-1.0] * 7, [float("nan")] * 7, [1.0] * 6])
def test_gains_that_cannot_be_are_refused(bad: list[float]):
    with pytest.raises(ValueError, match="joint_stiffness"):
        ImpedanceGains(np.array(bad), np.ones(7), np.ones(6), np.ones(6))

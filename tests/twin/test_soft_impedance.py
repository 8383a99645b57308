import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.twin.impedance import FRANKA_GAINS, ImpedanceLaw
from diffpol_ros.twin.soft_impedance import FIRST_STIFFNESS, SoftImpedance

LIMITS = np.array([87.0] * 4 + [12.0] * 3)
TICK_NS = 1_000_000
joints = arrays(np.float64, 7, elements=st.floats(-3.0, 3.0))
jacobians = arrays(np.float64, (6, 7), elements=st.floats(-1.0, 1.0))
STILL = np.zeros(7)


def soft(target: np.ndarray = STILL) -> SoftImpedance:
    return SoftImpedance(target, FRANKA_GAINS, LIMITS)


def ticked(law: SoftImpedance, ticks: int, first: int = 0, step_ns: int = TICK_NS) -> list[float]:
    shares = []
    for tick in range(first, first + ticks):
        law.torques(tick * step_ns, STILL, STILL, np.zeros((6, 7)))
        shares.append(law.stiffness)
    return shares


@given(joints, joints, joints, jacobians)
def test_once_started_it_is_the_plain_law_within_the_torque_limits(
    target: np.ndarray, q: np.ndarray, v: np.ndarray, jacobian: np.ndarray
) -> None:
    law = soft(target)
    ticked(law, 600)
    expected = np.clip(ImpedanceLaw(target).torques(0, q, v, jacobian), -LIMITS, LIMITS)
    np.testing.assert_allclose(law.torques(600 * TICK_NS, q, v, jacobian), expected, rtol=1e-12, atol=1e-12)


def test_the_stiffness_comes_in_evenly_over_the_soft_start() -> None:
    shares = ticked(soft(), 600)
    assert shares[0] == FIRST_STIFFNESS and shares[-1] == pytest.approx(1.0)
    assert np.diff(shares).max() <= 0.002 + 1e-12
    assert shares[400] < 0.91


def test_a_new_stiffness_is_never_a_step_up_or_down() -> None:
    law = soft()
    ticked(law, 600)
    law.set_target(STILL, 0.3)
    shares = ticked(law, 600, first=600)
    assert np.abs(np.diff([1.0, *shares])).max() <= 0.002 + 1e-12
    assert shares[-1] == pytest.approx(0.3)


@pytest.mark.parametrize("step_ns", [10**10, -TICK_NS])
def test_a_clock_that_jumps_makes_no_step_of_the_stiffness(step_ns: int) -> None:
    assert np.diff(ticked(soft(), 5, step_ns=step_ns)).max() <= 0.01 + 1e-12


def test_a_reset_begins_softly_again() -> None:
    law = soft()
    ticked(law, 600)
    law.reset()
    assert law.stiffness == FIRST_STIFFNESS


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_measurement_that_is_not_finite_leaves_only_damping(bad: float) -> None:
    q, v = STILL.copy(), np.full(7, 0.5)
    q[2] = bad
    torques = soft(np.ones(7)).torques(0, q, v, np.ones((6, 7)))
    np.testing.assert_allclose(torques, -0.5 * FRANKA_GAINS.joint_damping)
    v[4] = bad
    expected = -0.5 * FRANKA_GAINS.joint_damping
    expected[4] = 0.0
    np.testing.assert_allclose(soft().torques(0, STILL, v, np.ones((6, 7))), expected)

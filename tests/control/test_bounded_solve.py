"""Velocities keep their bounds and do what the twist asks for where they can, whatever the posture."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.bounded_solve import ROUNDING, Task, bounded, unbounded
from tests.control.arm import KINEMATICS, PANDA

JACOBIAN = KINEMATICS.jacobian(PANDA.home_positions)
TWISTS = arrays(np.float64, 6, elements=st.floats(-1.0, 1.0))
POSTURES = arrays(np.float64, 7, elements=st.floats(-1.0, 1.0))
BOUNDS = arrays(np.float64, 7, elements=st.floats(0.01, 2.0))


def task(twist: np.ndarray, posture: np.ndarray) -> Task:
    return Task(JACOBIAN, twist, posture, 1e-6, 0.0)


@given(TWISTS, POSTURES)
def test_without_bounds_the_twist_is_done_whatever_the_posture(twist: np.ndarray, posture: np.ndarray) -> None:
    assert np.allclose(JACOBIAN @ unbounded(task(twist, posture)), twist, atol=1e-3)


@given(POSTURES)
def test_a_posture_moves_only_what_the_tool_does_not_feel(posture: np.ndarray) -> None:
    velocities = unbounded(task(np.zeros(6), posture))
    assert np.abs(JACOBIAN @ velocities).max() < 1e-4
    assert velocities @ posture >= -1e-9


@given(TWISTS, POSTURES, BOUNDS, BOUNDS)
def test_bounds_are_kept(twist: np.ndarray, posture: np.ndarray, below: np.ndarray, above: np.ndarray) -> None:
    wanted = task(twist, posture)
    velocities = bounded(unbounded(wanted), wanted, -below, above)
    assert (velocities >= -below - ROUNDING).all() and (velocities <= above + ROUNDING).all()


@given(TWISTS)
def test_the_others_make_up_for_a_joint_at_its_bound(twist: np.ndarray) -> None:
    wanted, free = task(0.2 * twist, np.zeros(7)), np.full(7, 10.0)
    lower, upper = -free, free.copy()
    upper[2] = lower[2] = 0.0
    velocities = bounded(unbounded(wanted), wanted, lower, upper)
    assert abs(velocities[2]) <= ROUNDING
    assert np.allclose(JACOBIAN @ velocities, wanted.twist, atol=0.01)


def test_a_singular_posture_gives_finite_velocities() -> None:
    stretched = KINEMATICS.jacobian(np.zeros(7))
    velocities = unbounded(Task(stretched, np.ones(6), np.ones(7), 0.0, 0.0))
    assert np.isfinite(velocities).all()

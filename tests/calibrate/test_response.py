import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from diffpol_ros.calibrate.response import GRID, HeldTargets, Mode, step_response

modes = st.builds(Mode, lag=st.floats(0.002, 0.3), inertia=st.floats(0.005, 0.2))


@given(modes)
def test_a_step_is_answered_as_the_differential_equation_says(mode: Mode) -> None:
    times = np.linspace(0.0, 1.0, 11)

    def motion(_: float, state: np.ndarray) -> list[float]:
        return [state[1], (1.0 - state[0] - mode.lag * state[1]) / mode.inertia**2]

    solved = solve_ivp(motion, (0.0, 1.0), [0.0, 0.0], t_eval=times, rtol=1e-8, atol=1e-10)
    assert step_response(mode, times) == pytest.approx(solved.y[0], abs=1e-5)


@given(modes, st.floats(0.0, 0.1))
def test_the_grid_answers_as_the_sum_of_all_steps(mode: Mode, transport: float) -> None:
    sent_times = np.arange(30) * 0.01
    sent = 0.1 + np.sin(np.arange(30))
    times = np.arange(0.0, 0.5, 0.007)
    exact = step_response(mode, times[:, None] - sent_times[None, 1:] - transport) @ np.diff(sent)
    answered = HeldTargets(sent_times, sent, times).answered(mode, transport)
    # Between two points of the grid the answer is taken as straight.
    assert answered == pytest.approx(exact, abs=1e-6 + (GRID / mode.inertia) ** 2)


def test_nothing_moves_before_a_step_acts() -> None:
    assert step_response(Mode(0.05, 0.05), np.array([-1.0, 0.0])).tolist() == [0.0, 0.0]


@given(st.floats(0.01, 0.3), st.floats(0.1, 1.0))
def test_slow_motion_trails_by_the_lag(lag: float, share: float) -> None:
    mode = Mode(lag, share * lag)
    times = np.arange(0.0, 8.0, 0.01)
    ramp = HeldTargets(times, times, times).answered(mode, 0.0)
    hold = 0.5 * 0.01
    assert times[-1] - ramp[-1] == pytest.approx(mode.lag + hold, abs=1e-3 + hold)

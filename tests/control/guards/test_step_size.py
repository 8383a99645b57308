"""A target does not run away from the arm, and may always come back to it."""

import numpy as np

from diffpol_ros.control.guards.step_size import StepSize
from tests.control.arm import PANDA

LIMITS = PANDA.safety.tracking.step
MEASURED = PANDA.home_positions


def told(joint: int, by: float) -> np.ndarray:
    positions = MEASURED.copy()
    positions[joint] += by
    return positions


def test_a_target_too_far_ahead_is_found() -> None:
    guard = StepSize(LIMITS)
    for joint, limit in enumerate(LIMITS):
        assert guard.judge(MEASURED, MEASURED, told(joint, limit - 1e-3)) is None
        found = guard.judge(MEASURED, told(joint, limit - 1e-3), told(joint, -limit - 1e-3))
        assert found is not None and found.name == "step_size" and f"joint {joint + 1} " in found.reason


def test_a_target_that_comes_nearer_passes_from_wherever_it_is() -> None:
    assert StepSize(LIMITS).judge(MEASURED, told(3, 1.0), told(3, 0.99)) is None
    assert StepSize(LIMITS).judge(MEASURED, told(3, 0.99), told(3, 1.0)) is not None

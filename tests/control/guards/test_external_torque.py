"""A push that lasts or is hard is found, a knock is not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.control.guards.external_torque import ExternalTorque
from diffpol_ros.core.clock import to_ns
from tests.control.arm import PANDA

LIMITS = PANDA.safety.external_torque


def push(joint: int, torque: float) -> np.ndarray:
    torques = np.zeros(7)
    torques[joint] = torque
    return torques


@given(st.integers(0, 6), st.sampled_from([-1.0, 1.0]))
def test_a_push_is_found_when_it_lasts(joint: int, sign: float) -> None:
    guard, torques = ExternalTorque(LIMITS), push(joint, sign * (LIMITS.lasting[joint] + 0.1))
    assert guard.judge(0, torques) is None
    assert guard.judge(to_ns(LIMITS.persistence) - 1, torques) is None
    found = guard.judge(to_ns(LIMITS.persistence), torques)
    assert found is not None and found.name == "external_torque" and f"joint {joint + 1} " in found.reason


@given(st.integers(0, 6))
def test_a_hard_one_is_found_at_once(joint: int) -> None:
    assert ExternalTorque(LIMITS).judge(0, push(joint, -LIMITS.sudden[joint] - 0.1)) is not None


def test_what_is_within_the_limits_passes_for_ever() -> None:
    guard = ExternalTorque(LIMITS)
    assert not any(guard.judge(to_ns(index), np.array(LIMITS.lasting)) for index in range(100))

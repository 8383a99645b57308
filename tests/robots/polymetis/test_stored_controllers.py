import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import SECONDS_WRAP, StoredControllers, split_stamp
from diffpol_ros.robots.polymetis.torchscript_archive import JOINT_TARGET, TorchScriptArchive

PANDA = load_robot_description("panda")
SETTINGS = PANDA.backend.settings.read(PolymetisSettings)


@pytest.mark.parametrize("controller", ["hybrid", "joint"])
def test_the_controller_carries_the_gains_limits_and_softness_of_the_description(controller: str) -> None:
    chosen = dataclasses.replace(SETTINGS, controller=controller, soft_start=0.75, stiffness_scale=0.5)  # type: ignore[arg-type]
    archive = TorchScriptArchive(StoredControllers(chosen, PANDA.limits).controller(np.arange(7.0)), "controller")
    assert archive.law == f"{controller}_impedance"
    assert archive.read(JOINT_TARGET).tolist() == list(range(7))
    assert archive.read("joint_stiffness").tolist() == list(SETTINGS.joint_stiffness)
    assert archive.read("torque_limits").tolist() == list(PANDA.limits.torque)
    assert archive.read("soft_start").tolist() == [0.75]
    assert archive.read("stiffness_scale").tolist() == [0.5]


def test_an_update_says_when_it_was_decided_or_that_nobody_knows() -> None:
    stored = StoredControllers(SETTINGS, PANDA.limits)
    known = TorchScriptArchive(stored.update(np.zeros(7), 0.5, 3_250_000_000), "update")
    assert known.read("decided_at").tolist() == [3.0, 0.25]
    assert known.read("stiffness_scale").tolist() == [0.5]
    assert TorchScriptArchive(stored.update(np.zeros(7)), "update").read("decided_at").tolist() == [-1.0, -1.0]


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_target_that_is_not_finite_makes_no_update(bad: float) -> None:
    with pytest.raises(RobotError, match="finite"):
        StoredControllers(SETTINGS, PANDA.limits).update(np.full(7, bad))


@given(st.integers(0, 2**62))
def test_a_stamp_survives_single_precision_to_a_tenth_of_a_microsecond(stamp_ns: int) -> None:
    seconds, rest = (float(np.float32(part)) for part in split_stamp(stamp_ns))
    assert seconds == stamp_ns // 10**9 % SECONDS_WRAP
    assert abs(rest - stamp_ns % 10**9 * 1e-9) < 1e-7

import dataclasses
import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.robot_description import Tool, load_robot_description
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import HYBRID_LAW, JOINT_LAW, StoredControllers
from diffpol_ros.robots.polymetis.torchscript_archive import TorchScriptArchive
from diffpol_ros.twin.controllers import NativeController

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")

joints = arrays(np.float64, 7, elements=st.floats(-2.5, 2.5, width=32))
odd_joints = arrays(np.float64, 7, elements=st.one_of(st.floats(-2.5, 2.5, width=32), st.just(np.nan), st.just(np.inf)))
laws = st.sampled_from(["joint", "hybrid"])
PANDA = load_robot_description("panda")
SETTINGS = PANDA.backend.settings.read(PolymetisSettings)
FLANGE = Kinematics(dataclasses.replace(PANDA, tool=Tool((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0))))
START_NS = 1_700_000_000_999_000_000


class Both:
    """The same controller as torch runs it and as the twin does."""

    def __init__(self, target: np.ndarray, controller: Any = "hybrid", **changes: float) -> None:
        chosen = dataclasses.replace(SETTINGS, controller=controller, **changes)
        self.stored = StoredControllers(chosen, PANDA.limits)
        content = self.stored.controller(target)
        self.script: Any = torch.jit.load(io.BytesIO(content))
        self.native = NativeController(TorchScriptArchive(content, "controller"))
        self.now_ns = START_NS

    def tick(self, positions: np.ndarray, velocities: np.ndarray, passed_ns: int = 1_000_000) -> np.ndarray:
        """Let both tick, check that they agree and return the torques."""
        self.now_ns += passed_ns
        jacobian = FLANGE.jacobian(np.nan_to_num(positions, posinf=0.0))
        native = self.native.torques(self.now_ns, positions, velocities, jacobian)
        torques = self.script(measured(self.now_ns, positions, velocities))["joint_torques"].numpy()
        np.testing.assert_allclose(torques, native, rtol=1e-4, atol=5e-3)
        return native

    def update(self, target: np.ndarray, scale: float = 1.0, age_s: float = 0.0) -> None:
        content = self.stored.update(target, scale, self.now_ns - round(age_s * 1e9))
        self.native.update(content)
        self.script.update(torch.jit.load(io.BytesIO(content))())
        np.testing.assert_allclose(self.script.joint_pos_desired.numpy(), self.native.law.target, rtol=1e-6)


def measured(stamp_ns: int, positions: np.ndarray, velocities: np.ndarray) -> dict[str, Any]:
    return {
        "timestamp": torch.tensor(divmod(stamp_ns, 10**9), dtype=torch.int32),
        "joint_positions": torch.tensor(positions, dtype=torch.float32),
        "joint_velocities": torch.tensor(velocities, dtype=torch.float32),
        "motor_torques_measured": torch.zeros(7),
        "motor_torques_external": torch.zeros(7),
    }


@settings(deadline=None)
@given(laws, joints, odd_joints, odd_joints)
def test_the_stored_controller_and_the_twin_ask_for_the_same_torques_whatever_was_measured(
    law: str, target: np.ndarray, positions: np.ndarray, velocities: np.ndarray
):
    torques = Both(target, law).tick(positions, velocities)
    assert np.isfinite(torques).all()
    assert (np.abs(torques) <= np.array(PANDA.limits.torque)).all()


@settings(deadline=None, max_examples=20)
@given(laws, st.lists(st.integers(-(10**7), 10**8), min_size=1, max_size=40), st.floats(0.0, 1.0))
def test_both_stiffen_alike_whatever_their_clock_does(law: str, steps_ns: list[int], scale: float):
    both = Both(np.full(7, 0.1), law, soft_start=0.1)
    for index, passed_ns in enumerate(steps_ns):
        both.tick(np.zeros(7), np.zeros(7), passed_ns)
        assert both.script.stiffness == pytest.approx(both.native.law.stiffness, rel=1e-6)
        if index == len(steps_ns) // 2:
            both.update(np.full(7, 0.2), scale)


@pytest.mark.parametrize("age_s", [-0.5, 0.0, 0.1, 0.3, 5.0])
def test_both_drop_the_same_late_updates(age_s: float):
    both = Both(np.zeros(7))
    both.tick(np.zeros(7), np.zeros(7))
    both.update(np.ones(7), age_s=age_s)
    assert both.script.joint_pos_desired[0].item() == (1.0 if age_s < 0.2 else 0.0)


def test_the_hybrid_controller_pulls_the_end_effector_too():
    q = PANDA.home_positions
    hybrid, joint = (Both(q + 0.05, law).tick(q, np.zeros(7)) for law in ("hybrid", "joint"))
    assert np.abs(hybrid - joint).max() > 0.5
    assert Both(q, "hybrid").stored._controller.law == HYBRID_LAW
    assert Both(q, "joint").stored._controller.law == JOINT_LAW


def test_a_reset_begins_softly_and_never_ends():
    both = Both(np.zeros(7), soft_start=0.1)
    for _ in range(200):
        both.tick(np.zeros(7), np.zeros(7))
    assert both.script.stiffness == pytest.approx(1.0)
    both.script.reset()
    both.native.reset()
    both.tick(np.zeros(7), np.zeros(7))
    assert both.script.stiffness == pytest.approx(0.1)
    assert both.script.is_terminated() is False


@pytest.mark.parametrize("bad", [torch.zeros(6), torch.full((7,), float("nan")), torch.zeros(1, 7)])
def test_an_update_that_does_not_fit_is_refused_and_changes_nothing(bad: Any):
    script = Both(np.ones(7)).script
    with pytest.raises(torch.jit.Error, match="joint_pos_desired"):
        script.update({"joint_pos_desired": bad})
    with pytest.raises(torch.jit.Error, match="stiffness_scale"):
        script.update({"joint_pos_desired": torch.zeros(7), "stiffness_scale": torch.tensor([1.5])})
    assert script.joint_pos_desired.tolist() == [1.0] * 7


def test_an_update_of_another_client_is_taken():
    script = Both(np.ones(7)).script
    script(measured(START_NS, np.zeros(7), np.zeros(7)))
    script.update({"joint_pos_desired": torch.zeros(7)})
    assert script.joint_pos_desired.tolist() == [0.0] * 7

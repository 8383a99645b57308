import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.errors import RobotError
from diffpol_ros.robots.polymetis.stored_controllers import HYBRID_LAW, JOINT_LAW, UPDATE_LAW, split_stamp, stored_file
from diffpol_ros.robots.polymetis.torchscript_archive import JOINT_TARGET, TorchScriptArchive
from diffpol_ros.twin.controllers import HoldingController, NativeController, load_controller, read_project_archive
from tests.fake_plant import HOME, FakePlant

STATE = FakePlant().plant_state()
CONTROLLER = TorchScriptArchive.load(stored_file(HYBRID_LAW))
JOINT_CONTROLLER = TorchScriptArchive.load(stored_file(JOINT_LAW))
UPDATE = TorchScriptArchive.load(stored_file(UPDATE_LAW))
JACOBIAN = np.zeros((6, 7))
NOW_NS = 1_700_000_000_500_000_000


def test_the_stored_controller_is_run_natively_with_its_own_gains():
    content = CONTROLLER.patched({JOINT_TARGET: HOME, "joint_stiffness": np.full(7, 3.0), "joint_damping": np.ones(7)})
    controller = load_controller(content, STATE)
    assert isinstance(controller, NativeController)
    np.testing.assert_allclose(controller.torques(0, HOME - 1.0, np.zeros(7), JACOBIAN), np.full(7, 0.3), rtol=1e-6)
    controller.update(UPDATE.patched({JOINT_TARGET: HOME + 1.0}))
    np.testing.assert_allclose(controller.torques(0, HOME, np.ones(7), JACOBIAN), np.full(7, -0.7), rtol=1e-6)


def test_the_joint_controller_ignores_the_end_effector():
    jacobian = np.ones((6, 7))
    hybrid, joint = NativeController(CONTROLLER), NativeController(JOINT_CONTROLLER)
    assert not np.allclose(*(each.torques(0, HOME, np.zeros(7), jacobian) for each in (hybrid, joint)))
    bare = joint.torques(0, HOME, np.zeros(7), JACOBIAN)
    np.testing.assert_array_equal(joint.torques(0, HOME, np.zeros(7), jacobian), bare)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("joint_damping", np.full(7, -1.0)),
        ("torque_limits", np.zeros(7)),
        ("soft_start", [0.0]),
        ("stiffness_scale", [1.5]),
    ],
)
def test_a_controller_with_numbers_that_cannot_be_is_refused(name: str, value: np.ndarray):
    with pytest.raises(RobotError, match=name):
        load_controller(CONTROLLER.patched({name: value}), STATE)


def test_a_controller_as_an_update_moves_nothing_but_the_target():
    controller = NativeController(CONTROLLER)
    controller.update(CONTROLLER.patched({JOINT_TARGET: HOME + 0.5, "joint_stiffness": np.zeros(7)}))
    np.testing.assert_allclose(controller.law.target, HOME + 0.5, rtol=1e-6)
    assert controller.law.gains.joint_stiffness.all()


def test_an_update_as_a_controller_is_refused():
    with pytest.raises(RobotError, match="laws"):
        load_controller(UPDATE.content, STATE)


def test_an_update_with_a_stiffness_that_cannot_be_is_refused():
    with pytest.raises(RobotError, match="stiffness_scale"):
        NativeController(CONTROLLER).update(UPDATE.patched({"stiffness_scale": [2.0]}))


@pytest.mark.parametrize(("age_s", "taken"), [(0.0, True), (0.19, True), (0.21, False), (3.0, False), (-1.0, True)])
@pytest.mark.parametrize("now_ns", [NOW_NS, 65536 * 10**9 + 50_000_000])
def test_an_update_that_was_stuck_on_its_way_is_dropped(age_s: float, taken: bool, now_ns: int):
    controller = NativeController(CONTROLLER)
    controller.torques(now_ns, HOME, np.zeros(7), JACOBIAN)
    before = controller.law.target
    decided_at = split_stamp(now_ns - round(age_s * 1e9))
    controller.update(UPDATE.patched({JOINT_TARGET: HOME + 0.5, "decided_at": decided_at}))
    np.testing.assert_allclose(controller.law.target, HOME + 0.5 if taken else before, rtol=1e-6)


@given(st.integers(0, len(CONTROLLER.content) - 1), st.integers(1, 255))
def test_a_damaged_project_file_is_refused_or_harmless(position: int, flip: int):
    content = bytearray(CONTROLLER.content)
    content[position] ^= flip
    archive = read_project_archive(bytes(content), "damaged")
    if archive is None:
        return
    try:
        controller = NativeController(archive)
    except RobotError:
        return
    assert np.isfinite(controller.torques(0, HOME, np.zeros(7), JACOBIAN)).all()


def test_the_default_controller_holds_where_it_first_looked_until_reset():
    holding = HoldingController()
    assert not holding.torques(0, HOME, np.zeros(7), JACOBIAN).any()
    assert (holding.torques(0, HOME - 1.0, np.zeros(7), JACOBIAN) > 0.0).all()
    holding.reset()
    assert not holding.torques(0, HOME - 1.0, np.zeros(7), JACOBIAN).any()
    with pytest.raises(RobotError, match="no updates"):
        holding.update(UPDATE.content)

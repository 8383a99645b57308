import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.core.errors import RobotError
from diffpol_ros.robots.polymetis.stored_controllers import CONTROLLER_FILE, CONTROLLER_FOLDER, UPDATE_FILE
from diffpol_ros.robots.polymetis.torchscript_archive import JOINT_TARGET, TorchScriptArchive
from diffpol_ros.twin.controllers import HoldingController, NativeController, load_controller, read_project_archive
from tests.fake_plant import HOME, FakePlant

STATE = FakePlant().plant_state()
CONTROLLER = TorchScriptArchive.load(CONTROLLER_FOLDER / CONTROLLER_FILE)
UPDATE = TorchScriptArchive.load(CONTROLLER_FOLDER / UPDATE_FILE)
JACOBIAN = np.zeros((6, 7))


def test_the_stored_controller_is_run_natively_with_its_own_gains():
    content = CONTROLLER.patched({JOINT_TARGET: HOME, "joint_stiffness": np.full(7, 3.0), "joint_damping": np.ones(7)})
    controller = load_controller(content, STATE)
    assert isinstance(controller, NativeController)
    np.testing.assert_allclose(controller.torques(0, HOME - 1.0, np.zeros(7), JACOBIAN), np.full(7, 3.0), rtol=1e-6)
    controller.update(UPDATE.patched({JOINT_TARGET: HOME + 1.0}))
    np.testing.assert_allclose(controller.torques(0, HOME, np.ones(7), JACOBIAN), np.full(7, 2.0), rtol=1e-6)


def test_a_controller_with_negative_gains_is_refused():
    with pytest.raises(RobotError, match="joint_damping"):
        load_controller(CONTROLLER.patched({"joint_damping": np.full(7, -1.0)}), STATE)


def test_a_controller_as_an_update_moves_nothing_but_the_target():
    controller = NativeController(CONTROLLER)
    controller.update(CONTROLLER.patched({JOINT_TARGET: HOME + 0.5, "joint_stiffness": np.zeros(7)}))
    np.testing.assert_allclose(controller.law.target, HOME + 0.5, rtol=1e-6)
    assert controller.law.gains.joint_stiffness.all()


def test_an_update_as_a_controller_is_refused():
    with pytest.raises(RobotError, match="joint_stiffness"):
        load_controller(UPDATE.content, STATE)


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

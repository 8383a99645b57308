import dataclasses
import io
import zipfile
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.robot_description import RobotDescription, Tool, load_robot_description
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import (
    CONTROLLER_FILE,
    CONTROLLER_FOLDER,
    UPDATE_FILE,
    StoredControllers,
)
from diffpol_ros.twin.impedance import ImpedanceLaw

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")

joints = arrays(np.float64, 7, elements=st.floats(-2.5, 2.5, width=32))
PANDA = load_robot_description("panda")
FLANGE = dataclasses.replace(PANDA, tool=Tool((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)))


def stored_controller(target: np.ndarray, description: RobotDescription = PANDA) -> Any:
    return torch.jit.load(
        io.BytesIO(StoredControllers(description.backend.settings.read(PolymetisSettings)).controller(target))
    )


def measured(positions: np.ndarray, velocities: np.ndarray) -> dict[str, Any]:
    return {
        "timestamp": torch.tensor([1, 2], dtype=torch.int32),
        "joint_positions": torch.tensor(positions, dtype=torch.float32),
        "joint_velocities": torch.tensor(velocities, dtype=torch.float32),
        "motor_torques_measured": torch.zeros(7),
        "motor_torques_external": torch.zeros(7),
    }


@settings(deadline=None)
@given(joints, joints, joints)
def test_the_stored_controller_and_the_twin_ask_for_the_same_torques(
    target: np.ndarray, positions: np.ndarray, velocities: np.ndarray
):
    jacobian = Kinematics(FLANGE).jacobian(positions)
    native = ImpedanceLaw(target).torques(0, positions, velocities, jacobian)
    torques = stored_controller(target)(measured(positions, velocities))["joint_torques"].numpy()
    np.testing.assert_allclose(torques, native, rtol=1e-4, atol=5e-3)


def test_an_update_moves_the_target():
    controller = stored_controller(np.zeros(7))
    update = torch.jit.load(
        io.BytesIO(StoredControllers(PANDA.backend.settings.read(PolymetisSettings)).update(np.full(7, 0.25)))
    )
    controller.update(update())
    assert controller.joint_pos_desired.tolist() == [0.25] * 7
    controller.reset()
    assert controller.joint_pos_desired.tolist() == [0.25] * 7
    assert controller.is_terminated() is False


@pytest.mark.parametrize("bad", [torch.zeros(6), torch.full((7,), float("nan")), torch.zeros(1, 7)])
def test_an_update_that_does_not_fit_is_refused_and_changes_nothing(bad: Any):
    controller = stored_controller(np.ones(7))
    with pytest.raises(torch.jit.Error, match="joint_pos_desired"):
        controller.update({"joint_pos_desired": bad})
    assert controller.joint_pos_desired.tolist() == [1.0] * 7


@pytest.mark.parametrize("file", [CONTROLLER_FILE, UPDATE_FILE])
def test_the_stored_files_are_what_the_exporter_writes(file: str):
    pytest.importorskip("tyro")
    from sim.controllers.export import controller_archive, update_archive

    fresh = controller_archive(PANDA) if file == CONTROLLER_FILE else update_archive(PANDA)
    with zipfile.ZipFile(io.BytesIO(fresh)) as new, zipfile.ZipFile(CONTROLLER_FOLDER / file) as stored:
        # torch's own serial number differs from version to version.
        names = [name for name in new.namelist() if "serialization_id" not in name]
        for name in names:
            assert stored.read(name) == new.read(name), f"{file}: {name}: python -m sim.controllers.export"


@pytest.mark.parametrize("file", [CONTROLLER_FILE, UPDATE_FILE])
def test_the_stored_files_name_no_path_of_the_machine_that_wrote_them(file: str):
    with zipfile.ZipFile(CONTROLLER_FOLDER / file) as archive:
        contents = b"".join(archive.read(name) for name in archive.namelist())
    assert b".py\x94" not in contents
    assert b"/sim/" not in contents

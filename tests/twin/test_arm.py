"""The simulated arm is the arm of the description: frames, masses, limits."""

import mujoco
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.spatial import quaternion_from_matrix, rotation_between
from diffpol_ros.twin.inertia import ARM, FINGER, HAND, Inertia
from diffpol_ros.twin.scene import build_scene
from diffpol_ros.twin.settings import SimulationSettings

DESCRIPTION = load_robot_description("panda")
SCENE = build_scene(DESCRIPTION, SimulationSettings())
KINEMATICS = Kinematics(DESCRIPTION)
LIMITS = zip(DESCRIPTION.limits.lower, DESCRIPTION.limits.upper, strict=True)
postures = st.tuples(*(st.floats(lower, upper) for lower, upper in LIMITS)).map(np.array)


@given(postures)
def test_the_tool_is_where_the_kinematics_of_the_stack_say(positions: np.ndarray) -> None:
    data = mujoco.MjData(SCENE.model)
    data.qpos[:7] = positions
    mujoco.mj_kinematics(SCENE.model, data)
    expected = KINEMATICS.forward(positions)
    quaternion = quaternion_from_matrix(data.site_xmat[SCENE.tool_site].reshape(3, 3))
    np.testing.assert_allclose(data.site_xpos[SCENE.tool_site], expected.position, atol=1e-9)
    np.testing.assert_allclose(rotation_between(quaternion, expected.quaternion), 0.0, atol=1e-7)


def test_home_is_where_the_contract_puts_it() -> None:
    home = KINEMATICS.forward(DESCRIPTION.home_positions)
    np.testing.assert_allclose(home.position, [0.45, 0.0, 0.35], atol=1e-6)


def test_the_arm_weighs_what_is_published() -> None:
    published = sum(link.mass for link in ARM) + HAND.mass + 2.0 * FINGER.mass
    simulated = sum(SCENE.model.body(index).mass[0] for index in range(SCENE.model.nbody))
    assert simulated - SimulationSettings().block_mass == pytest.approx(published)
    assert published == pytest.approx(17.45, abs=0.01)


@pytest.mark.parametrize("link", [*ARM, HAND, FINGER])
def test_every_inertia_is_one_a_rigid_body_can_have(link: Inertia) -> None:
    xx, yy, zz, xy, xz, yz = link.tensor
    moments = np.linalg.eigvalsh([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
    assert (moments > 0.0).all()
    assert moments[2] <= moments[0] + moments[1]


def test_the_joints_stop_where_the_description_says() -> None:
    np.testing.assert_allclose(SCENE.model.jnt_range[:7, 0], DESCRIPTION.limits.lower)
    np.testing.assert_allclose(SCENE.model.jnt_range[:7, 1], DESCRIPTION.limits.upper)
    assert SCENE.model.jnt_range[7:9].tolist() == [[0.0, 0.04], [0.0, 0.04]]

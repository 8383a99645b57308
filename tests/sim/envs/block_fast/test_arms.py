"""Many arms at once, against the robot's own kinematics."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from diffpol_ros.control.kinematics import Kinematics
from diffpol_ros.core.robot_description import load_robot_description
from sim.envs.block_fast.arms import Arms


@pytest.mark.parametrize("robot", ["panda", "fr3"])
def test_they_are_where_the_robot_says(robot: str):
    description = load_robot_description(robot)
    lower, upper = np.array(description.limits.lower), np.array(description.limits.upper)
    joints = np.random.default_rng(0).uniform(lower, upper, (50, 7))
    frames, kinematics = Arms(description).frames(joints), Kinematics(description)
    jacobians = frames.jacobians(frames.tool)
    for index, each in enumerate(joints):
        pose, jacobian = kinematics.forward_and_jacobian(each)
        np.testing.assert_allclose(frames.tool[index], pose.position, atol=1e-12)
        exact = Rotation.from_quat(pose.quaternion).as_matrix()
        np.testing.assert_allclose(frames.rotations[index], exact, atol=1e-12)
        np.testing.assert_allclose(jacobians[index], jacobian, atol=1e-12)


def test_the_flange_is_moved_by_its_own_jacobian():
    description = load_robot_description("panda")
    arms, step = Arms(description), 1e-6
    joints = np.tile(description.home_positions, (7, 1))
    frames = arms.frames(joints)
    moved = arms.frames(joints + step * np.eye(7)).flange - arms.frames(joints - step * np.eye(7)).flange
    np.testing.assert_allclose(frames.jacobians(frames.flange)[0, :3].T, moved / (2.0 * step), atol=1e-8)

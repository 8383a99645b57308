"""From actions to joint targets, many arms at once."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import load_robot_description
from sim.envs.block_fast.following import PERIOD, PERIODS, Following, Path, rotations_of, sound

PANDA = load_robot_description("panda")
ONE = np.array([0])


@pytest.fixture
def following() -> Following:
    return Following(PANDA, FollowerSettings(), 1)


def action(following: Following, shift: tuple[float, float, float], turn: float = 0.0) -> np.ndarray:
    """Return the action (1, 10) that moves the tool by `shift` [m] and turns it by `turn` [rad] about the vertical."""
    frames = following.arms.frames(following.joints)
    rotation = Rotation.from_rotvec([0.0, 0.0, turn]).as_matrix() @ frames.rotations[0]
    return np.concatenate([frames.tool[0] + shift, rotation[:, 0], rotation[:, 1], [0.08]])[None]


def go(following: Following, actions: list[np.ndarray]) -> np.ndarray:
    """Follow one action a step; return what the joints are told (T * 10, 7) [rad]."""
    told = []
    for present, after in zip(actions, [*actions[1:], actions[-1]], strict=True):
        path = following.path(ONE, present, after)
        told += [following.go(ONE, path, period)[0] for period in range(PERIODS)]
    return np.array(told)


def test_the_tool_comes_where_the_action_says(following: Following):
    goal = action(following, (0.015, -0.01, 0.01), 0.05)
    go(following, [goal, goal])
    frames = following.arms.frames(following.joints)
    np.testing.assert_allclose(frames.tool[0], goal[0, :3], atol=1e-4)
    np.testing.assert_allclose(frames.rotations[0][:, :2].T.reshape(6), goal[0, 3:9], atol=1e-3)


def test_targets_go_on_smoothly_where_the_actions_do(following: Following):
    steps = [action(following, (0.01 * (index + 1), 0.0, 0.0)) for index in range(4)]
    told = go(following, steps)
    speeds = np.diff(told, axis=0) / PERIOD
    # At the seam between two steps as anywhere between: no standing still, no jump.
    inner = speeds[PERIODS : 3 * PERIODS]
    assert np.abs(np.diff(inner, axis=0)).max() < 0.1 * np.abs(inner).max()


def test_nothing_is_faster_than_the_joints_or_beyond_them(following: Following):
    told = go(following, [action(following, (0.2, 0.3, -0.2), 1.5)] * 10)
    fastest = FollowerSettings().velocity_scale * np.array(PANDA.limits.velocity)
    assert (np.abs(np.diff(told, axis=0)) / PERIOD <= fastest + 1e-9).all()
    assert (told >= np.array(PANDA.limits.lower)).all() and (told <= np.array(PANDA.limits.upper)).all()


def test_what_is_outside_the_workspace_is_not_gone_for(following: Following):
    deep = action(following, (0.0, 0.0, -1.0))
    go(following, [deep] * 30)
    assert following.arms.frames(following.joints).tool[0, 2] >= PANDA.workspace.lower[2] - 1e-3


def test_a_path_begins_and_ends_at_the_speeds_it_was_given():
    random = np.random.default_rng(0)
    begin, move, end = (0.05 * random.standard_normal((3, 6)) for _ in range(3))
    place, turned = random.standard_normal((3, 3)), Rotation.from_rotvec(random.standard_normal((3, 3)))
    path, small = Path(place, turned, begin, move, end), 1e-6
    np.testing.assert_allclose(path.at(1.0)[0], place + move[:, :3], atol=1e-12)
    np.testing.assert_allclose((turned.inv() * path.at(1.0)[1]).as_rotvec(), move[:, 3:], atol=1e-12)
    np.testing.assert_allclose((path.at(small)[0] - place) / small, begin[:, :3], atol=1e-6)
    np.testing.assert_allclose((path.at(1.0)[0] - path.at(1.0 - small)[0]) / small, end[:, :3], atol=1e-6)


def test_rotations_are_those_of_the_robot():
    numbers = np.random.default_rng(0).standard_normal((20, 6))
    matrices = rotations_of(numbers).as_matrix()
    first = numbers[:, :3] / np.linalg.norm(numbers[:, :3], axis=1, keepdims=True)
    np.testing.assert_allclose(matrices[:, :, 0], first, atol=1e-12)
    assert (np.einsum("ni,ni->n", matrices[:, :, 1], numbers[:, 3:]) > 0.0).all()
    np.testing.assert_allclose(np.linalg.det(matrices), 1.0, atol=1e-12)


def test_what_no_rotation_can_be_made_of_is_told(following: Following):
    good = action(following, (0.0, 0.0, 0.0))[0]
    flat, parallel, broken = good.copy(), good.copy(), good.copy()
    flat[3:6], parallel[6:9], broken[0] = 0.0, 2.0 * good[3:6], np.nan
    np.testing.assert_array_equal(sound(np.stack([good, flat, parallel, broken])), [True, False, False, False])

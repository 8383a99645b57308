"""The block environment."""

import numpy as np
import pytest

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.noise.model import NoiseModel
from diffpol_ros.policy.actions import action_vector, chunk_from_actions
from sim.envs.block import STEP_NS, BlockLiftEnvironment, BlockLiftSettings, require_step_rate
from sim.envs.noise import load_complete
from sim.errors import SimulationError

DOWN = np.array([1.0, 0.0, 0.0, 0.0])


def target(x: float, y: float, z: float, width: float = 0.08) -> np.ndarray:
    return action_vector(Pose(np.array([x, y, z]), DOWN), width)


@pytest.fixture(scope="module")
def environment() -> BlockLiftEnvironment:
    return BlockLiftEnvironment()


@pytest.mark.parametrize("noise", [None, load_complete("default")])
def test_the_same_seed_and_actions_give_the_same_bits(noise: NoiseModel | None):
    runs = []
    for _ in range(2):
        one = BlockLiftEnvironment(BlockLiftSettings(noise=noise))
        one.reset(5)
        seen = [one.step(target(0.5, 0.02 * step, 0.3)) for step in range(5)]
        poses = [pose for item in seen for pose in (item.end_effector, item.objects["block"].pose)]
        runs.append([pose.position.tolist() for pose in poses])
    assert runs[0] == runs[1]


def test_the_follower_is_that_of_the_settings():
    slow, quick = (
        BlockLiftEnvironment(BlockLiftSettings(follower=FollowerSettings(velocity_scale=scale)))
        for scale in (0.05, 0.9)
    )
    ways = []
    for environment in (slow, quick):
        before = environment.reset(0).end_effector.position
        for _ in range(5):
            seen = environment.step(target(0.6, 0.1, 0.3))
        ways.append(np.linalg.norm(seen.end_effector.position - before))
    assert ways[0] < 0.5 * ways[1]


def test_a_second_episode_does_not_remember_the_first(environment: BlockLiftEnvironment):
    first = [environment.reset(1), *(environment.step(target(0.5, 0.0, 0.3)) for _ in range(4))]
    environment.reset(2)
    environment.step(target(0.4, 0.1, 0.2, 0.0))
    second = [environment.reset(1), *(environment.step(target(0.5, 0.0, 0.3)) for _ in range(4))]
    for before, after in zip(first, second, strict=True):
        np.testing.assert_allclose(before.end_effector.position, after.end_effector.position, atol=1e-9)


def test_seeds_place_the_block_differently_within_the_task(environment: BlockLiftEnvironment):
    places = np.array([environment.reset(seed).objects["block"].pose.position for seed in range(30)])
    assert (places[:, 0] >= 0.4).all() and (places[:, 0] <= 0.6).all() and (np.abs(places[:, 1]) <= 0.15).all()
    assert places[:, :2].std(axis=0).min() > 0.02


def test_a_step_takes_a_tenth_of_a_second(environment: BlockLiftEnvironment):
    start = environment.reset(0)
    assert environment.step(None).stamp_ns - start.stamp_ns == STEP_NS


def test_the_hand_goes_where_it_is_told(environment: BlockLiftEnvironment):
    environment.reset(0)
    for _ in range(20):
        seen = environment.step(target(0.5, 0.1, 0.3, 0.03))
    np.testing.assert_allclose(seen.end_effector.position, [0.5, 0.1, 0.3], atol=0.005)
    assert seen.gripper_width == pytest.approx(0.03, abs=0.002)


def test_a_chunk_goes_on_without_new_actions(environment: BlockLiftEnvironment):
    start = environment.reset(0)
    actions = np.stack([target(0.45, 0.02 * (step + 1), 0.35) for step in range(5)])
    environment.step(chunk_from_actions(actions, start.stamp_ns, STEP_NS))
    for _ in range(8):
        seen = environment.step(None)
    assert seen.end_effector.position[1] == pytest.approx(0.1, abs=0.01)


def test_observations_from_cameras_are_late_and_near():
    one = BlockLiftEnvironment(BlockLiftSettings(noise=load_complete("default")))
    one.reset(3)
    for _ in range(10):
        estimate = one.step(None).objects["block"]
        error = np.linalg.norm(estimate.pose.position - one.simulation.block_pose().position)
        assert 0.0 < error < 0.015 and estimate.stamp_ns <= one.simulation.stamp_ns


def test_the_time_limit_ends_an_episode():
    one = BlockLiftEnvironment(BlockLiftSettings(time_limit=0.3))
    one.reset(0)
    for _ in range(3):
        assert not one.finished
        one.step(None)
    assert one.finished and not one.succeeded


def test_a_policy_of_another_rate_is_refused():
    require_step_rate(10.0)
    with pytest.raises(SimulationError, match="20"):
        require_step_rate(20.0)

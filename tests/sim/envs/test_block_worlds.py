"""The block task as worlds."""

import numpy as np
import pytest

from diffpol_ros.core.spatial import quaternion_from_rot6d
from diffpol_ros.core.types import Pose
from sim.demos.expert import Expert
from sim.envs.block import BlockLiftEnvironment, BlockLiftSettings
from sim.envs.block_worlds import BlockWorlds, BlockWorldsSettings, block_worlds
from sim.envs.dynamics import DynamicsRanges
from sim.envs.randomisation import RandomisationSettings
from sim.envs.vector import VectorEnvironment
from sim.envs.worlds import Vectors, Worlds
from sim.tasks.registry import task_named

BOTH = np.ones(2, bool)
UP = np.array([0.0, 0.0, 0.01] + [0.0] * 7, np.float32)


def expert_actions(seed: int, steps: int) -> Vectors:
    """Return what the expert does (steps, 10) in the episode of `seed`."""
    environment, expert, actions = BlockLiftEnvironment(), Expert(), []
    seen = environment.reset(seed)
    for _ in range(steps):
        plan = expert.plan(seen)
        actions.append(plan[0])
        expert.executed(Pose(plan[0, :3], quaternion_from_rot6d(plan[0, 3:9])))
        seen = environment.step(plan)
    return np.array(actions, np.float32)


def rise(worlds: Worlds, seeds: list[int], steps: int = 6) -> Vectors:
    """Return the frames (steps + 1, N, d) of hands that rise by 1 cm a step."""
    everywhere = np.ones(len(seeds), bool)
    frames = [worlds.reset(everywhere, np.array(seeds))]
    for step in range(steps):
        frames.append(worlds.step(frames[0][:, :10] + (step + 1) * UP, everywhere).observations)
    return np.stack(frames)


def test_the_expert_is_paid_from_when_the_block_is_up_to_the_end():
    worlds = BlockWorlds(BlockWorldsSettings(), 1)
    worlds.reset(np.ones(1, bool), np.array([3]))
    rewards = [worlds.step(action[None], np.ones(1, bool)) for action in expert_actions(3, 60)]
    paid = np.array([happened.rewards[0] for happened in rewards])
    first = int(np.argmax(paid))
    assert 10 < first < 59
    np.testing.assert_array_equal(paid, np.arange(60) >= first)
    assert rewards[-1].succeeded[0] and not any(happened.terminated[0] for happened in rewards)


def test_episodes_are_the_environments_own():
    worlds, environment = BlockWorlds(BlockWorldsSettings(), 2), BlockLiftEnvironment()
    frames = rise(worlds, [4, 5])
    seen = [environment.reset(5)]
    seen += [environment.step(frames[0, 1, :10] + (step + 1) * UP) for step in range(6)]
    np.testing.assert_array_equal(frames[:, 1, :3], np.array([each.end_effector.position for each in seen], np.float32))
    block = [each.objects["block"].pose.position for each in seen]
    np.testing.assert_array_equal(frames[:, 1, 10:13], np.array(block, np.float32))


def test_twelve_seconds_are_120_steps():
    assert BlockWorlds(BlockWorldsSettings(), 1).step_limit == 120


def test_processes_change_no_bit():
    settings = BlockWorldsSettings(dynamics=DynamicsRanges(0.2, 0.2), most_delay_steps=1)
    shared = block_worlds(settings, 3, 2)
    try:
        np.testing.assert_array_equal(rise(shared, [1, 2, 3]), rise(BlockWorlds(settings, 3), [1, 2, 3]))
    finally:
        shared.close()


def test_an_earlier_episode_leaves_nothing_behind():
    worlds = BlockWorlds(BlockWorldsSettings(dynamics=DynamicsRanges(0.2, 0.2), most_delay_steps=1), 2)
    first = rise(worlds, [1, 2])
    rise(worlds, [3, 4], 3)
    np.testing.assert_array_equal(rise(worlds, [1, 2]), first)


def test_a_planned_chunk_moves_as_one_that_is_sent_once():
    environment = VectorEnvironment(BlockWorlds(BlockWorldsSettings(), 1))
    alone = BlockLiftEnvironment()
    start = environment.reset(0)[0, :10]
    chunk = start + np.arange(1, 9, dtype=np.float32)[:, None] * UP
    happened = environment.step(chunk[None], executed_steps=4)
    alone.reset(int(np.random.SeedSequence((0, 0, 0)).generate_state(1)[0]))
    seen = [alone.step(chunk), *(alone.step(None) for _ in range(3))][-1]
    np.testing.assert_array_equal(happened.observations[0, :3], seen.end_effector.position.astype(np.float32))


def test_departing_from_the_plan_is_followed():
    worlds = BlockWorlds(BlockWorldsSettings(), 2)
    start = worlds.reset(BOTH, np.array([0, 0]))[:, :10]
    chunks = start[:, None] + np.arange(1, 9, dtype=np.float32)[None, :, None] * UP
    worlds.plan(chunks, BOTH)
    worlds.step(chunks[:, 0], BOTH)
    for step in range(1, 5):
        actions = chunks[:, step].copy()
        actions[1, 2] -= 0.02 * step
        frames = worlds.step(actions, BOTH).observations
    assert frames[1, 2] < frames[0, 2] - 0.02


def test_fingers_asked_to_open_too_wide_open_as_wide_as_they_can():
    worlds = BlockWorlds(BlockWorldsSettings(), 1)
    action = worlds.reset(np.ones(1, bool), np.array([0]))[:, :10]
    action[0, 9] = 0.3
    happened = worlds.step(action, np.ones(1, bool))
    assert not happened.terminated[0] and happened.observations[0, 9] == pytest.approx(0.08, abs=1e-3)


def test_an_action_without_a_rotation_ends_the_episode():
    worlds = BlockWorlds(BlockWorldsSettings(), 2)
    actions = worlds.reset(BOTH, np.array([0, 1]))[:, :10]
    actions[1, 3:9] = 0.0
    np.testing.assert_array_equal(worlds.step(actions, BOTH).terminated, [False, True])
    worlds.reset(BOTH, np.array([0, 1]))
    np.testing.assert_array_equal(worlds.step(actions[[0, 0]], BOTH).terminated, [False, False])


def test_cameras_dynamics_and_delays_are_the_tasks_own():
    randomisation = RandomisationSettings(0.0, estimator_noise="default", dynamics=DynamicsRanges(0.3))
    exact, seen = task_named("block").worlds(1), task_named("block").worlds(1, randomisation)
    one, seeds = np.ones(1, bool), np.array([8])
    error = np.abs(exact.reset(one, seeds) - seen.reset(one, seeds))[0]
    assert error[:10].max() == 0.0 and 0.0 < error[10:13].max() < 0.02


def test_latency_differs_between_episodes():
    late = BlockWorlds(BlockWorldsSettings(BlockLiftSettings(), most_delay_steps=2), 1)
    moved = [float(np.abs(rise(late, [seed], 2)[-1, 0, 2] - 0.35)) for seed in range(8)]
    assert max(moved) > 2.0 * min(moved) + 1e-4

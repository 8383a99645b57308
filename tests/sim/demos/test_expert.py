"""The scripted expert."""

import numpy as np
import pytest

from diffpol_ros.core.spatial import quaternion_from_rot6d
from diffpol_ros.core.types import Pose
from diffpol_ros.twin.settings import SimulationSettings
from sim.demos.disturbance import DisturbanceSettings
from sim.demos.expert import Expert, Phase
from sim.demos.record import Recorder, RecordSettings
from sim.envs.block import BlockLiftEnvironment


def executed(expert: Expert, plan: np.ndarray) -> np.ndarray:
    expert.executed(Pose(plan[0, :3], quaternion_from_rot6d(plan[0, 3:9])))
    return plan


@pytest.mark.parametrize("seed", range(3))
def test_it_lifts_the_block(seed: int):
    environment, expert = BlockLiftEnvironment(), Expert()
    seen = environment.reset(seed)
    while not environment.finished:
        seen = environment.step(executed(expert, expert.plan(seen)))
    assert environment.succeeded


def test_it_turns_to_the_nearest_pair_of_faces():
    world = SimulationSettings(start_yaw_limit=np.pi)
    environment = BlockLiftEnvironment()
    environment = BlockLiftEnvironment(type(environment.settings)(simulation=world))
    for seed in range(20):
        expert = Expert()
        seen = environment.reset(seed)
        grasp = expert._grasp(seen.end_effector, seen.objects["block"].pose)
        turn = abs(float(seen.end_effector.quaternion @ grasp.quaternion))
        assert 2.0 * np.arccos(min(turn, 1.0)) <= np.pi / 4 + 1e-3


def test_it_goes_back_when_the_block_is_taken_away():
    environment, expert = BlockLiftEnvironment(), Expert()
    seen = environment.reset(0)
    while expert.phase is not Phase.LIFT:
        seen = environment.step(executed(expert, expert.plan(seen)))
    environment.place_block(Pose(np.array([0.5, 0.1, 0.03]), np.array([0.0, 0.0, 0.0, 1.0])))
    while expert.phase is Phase.LIFT:
        seen = environment.step(executed(expert, expert.plan(seen)))
        assert environment.elapsed_s < 10.0
    assert expert.phase is Phase.REACH


def test_disturbed_demonstrations_succeed_and_keep_the_clean_action():
    settings = RecordSettings(disturbance=DisturbanceSettings(quiet=0.0, kick=1.0, nudge=1.0), views=2)
    recorder = Recorder(settings)
    for seed in (100_000, 100_001):
        episode = recorder.record(seed)
        assert episode is not None
        assert episode.states.shape == (3, len(episode.actions), 19)
        assert set(episode.actions[:, 9].tolist()) == {np.float32(0.0), np.float32(0.08)}


def test_the_same_seed_records_the_same_bits():
    first, second = (Recorder(RecordSettings(views=1)).record(100_005) for _ in range(2))
    assert first is not None and second is not None
    np.testing.assert_array_equal(first.states, second.states)
    np.testing.assert_array_equal(first.actions, second.actions)

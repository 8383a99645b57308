"""Tables as tensors."""

import pytest
import torch
from torch import Tensor

from sim.envs.furniture.settings import FurnitureSettings
from sim.envs.furniture.tables import OPEN, Tables, frames_of
from tests.sim.envs.furniture.fake import FakeSimulator

UNTURNED = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
QUARTER = (0.0, 1.0, 0.0, -1.0, 0.0, 0.0)
"""About z, by columns."""


def to(x: float, rotation: tuple[float, ...] = UNTURNED, gripper: float = 1.0) -> Tensor:
    return torch.tensor([x, 0.1, 0.2, *rotation, gripper])


def both(first: float, second: float) -> Tensor:
    return torch.stack([to(first), to(second)])


@pytest.fixture
def simulator() -> FakeSimulator:
    return FakeSimulator(2)


@pytest.fixture
def tables(simulator: FakeSimulator) -> Tables:
    return Tables(simulator, step_limit=10)


ALL, FIRST, SECOND = (torch.tensor(flags) for flags in ([True, True], [True, False], [False, True]))


def test_a_frame_of_one_leg_has_58_numbers_and_of_lamp_44():
    for furniture, parts, size in (("one_leg", 5, 58), ("lamp", 3, 44)):
        assert Tables(FakeSimulator(1, parts), 10).frame_size == size == FurnitureSettings(furniture).frame_size


def test_a_frame_is_hand_velocities_fingers_and_parts(tables: Tables, simulator: FakeSimulator):
    simulator.parts[:] = torch.arange(42)
    frame = tables.step(torch.stack([to(0.3, QUARTER)] * 2), ALL).frames[0]
    expected = torch.tensor([0.3, 0.1, 0.2, *QUARTER, *[0.0] * 6, 0.08, *range(42)])
    torch.testing.assert_close(frame, expected, atol=1e-6, rtol=0)


def test_rotations_reach_the_simulator_by_rows(tables: Tables, simulator: FakeSimulator):
    tables.step(torch.stack([to(0.3, QUARTER)] * 2), ALL)
    torch.testing.assert_close(simulator.actions[0, 3:9], torch.tensor([0.0, -1.0, 0.0, 1.0, 0.0, 0.0]))


def test_each_pair_joined_is_worth_one_even_two_at_once_and_all_of_them_end_the_episode():
    tables = Tables(FakeSimulator(2, pairs=2), step_limit=10)
    steps = [tables.step(both(first, second), ALL) for first, second in ((0.55, 0.1), (0.55, 0.7), (0.65, 0.7))]
    assert [step.rewards.tolist() for step in steps] == [[1, 0], [0, 2], [1, 0]]
    assert [step.terminated.tolist() for step in steps] == [[False, False], [False, True], [True, True]]
    assert steps[-1].succeeded.tolist() == [True, True]


def test_time_that_is_up_is_no_end_of_the_task(tables: Tables):
    steps = [tables.step(both(0.1, 0.6 if step == 9 else 0.1), ALL) for step in range(10)]
    assert not any(step.terminated.any() for step in steps[:9])
    assert steps[9].terminated.tolist() == [False, True]


def test_worlds_that_are_not_active_are_held_and_seen_as_before(tables: Tables, simulator: FakeSimulator):
    before = tables.step(torch.stack([to(0.2, QUARTER), to(0.3, QUARTER, gripper=OPEN)]), ALL).frames
    after = tables.step(both(0.9, 0.4), SECOND)
    torch.testing.assert_close(after.frames[0], before[0])
    torch.testing.assert_close(simulator.hands[:, 0], torch.tensor([0.2, 0.4]))
    torch.testing.assert_close(simulator.actions[:, -1], torch.tensor([1.0, 1.0]))
    assert not after.terminated[0] and after.rewards[0] == 0


def test_a_reset_begins_anew_in_its_worlds_only(tables: Tables, simulator: FakeSimulator):
    before = tables.step(both(0.3, 0.6), ALL).frames
    after = tables.reset(SECOND, 4)
    torch.testing.assert_close(after[0], before[0])
    assert after[1, 0] < 0.1 and simulator.env_steps.tolist() == [1, 0]
    assert simulator.last_grasp.tolist() == [1.0, OPEN] and not simulator.already_assembled[1]


def test_a_hand_held_after_a_reset_stays_there_with_open_fingers(tables: Tables, simulator: FakeSimulator):
    tables.step(both(0.3, 0.3), ALL)
    start = tables.reset(SECOND, 4)
    tables.step(both(0.4, 0.4), FIRST)
    torch.testing.assert_close(simulator.hands[1], start[1, :3])
    assert simulator.actions[1, -1] == OPEN


def test_the_seed_decides_the_start_and_leaves_other_draws_alone(tables: Tables):
    torch.manual_seed(1)
    undisturbed = torch.rand(3)
    torch.manual_seed(1)
    frames = [tables.reset(ALL, seed).clone() for seed in (7, 8, 7)]
    torch.testing.assert_close(torch.rand(3), undisturbed)
    torch.testing.assert_close(frames[0], frames[2], rtol=0, atol=0)
    assert (frames[0] != frames[1]).any()


def test_the_rate_is_that_of_the_simulation(tables: Tables):
    assert tables.rate_hz == pytest.approx(10.0)


def test_frames_do_not_change_when_the_simulator_reuses_its_memory(simulator: FakeSimulator):
    seen = simulator.reset(torch.tensor([0, 1]))
    frames = frames_of(seen)
    copy = frames.clone()
    seen["robot_state"].zero_()
    torch.testing.assert_close(frames, copy)

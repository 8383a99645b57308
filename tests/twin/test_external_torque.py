import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.twin.external_torque import ExternalTorque
from diffpol_ros.twin.simulation import Simulation
from tests.twin.scripted import pick


def test_a_lasting_torque_is_told_in_full_and_a_spike_is_not() -> None:
    felt = np.zeros(7)
    external = ExternalTorque(felt)
    felt[2] = 50.0
    external.feel()
    assert external.filtered[2] == 5.0
    for _ in range(100):
        external.feel()
    np.testing.assert_allclose(external.filtered, [0.0, 0.0, 50.0, 0.0, 0.0, 0.0, 0.0], rtol=1e-3)
    external.reset()
    assert not external.filtered.any()


def test_a_free_arm_feels_nothing_and_one_that_holds_the_block_feels_its_weight() -> None:
    simulation = Simulation(seed=0)
    simulation.set_joint_target(simulation.description.home_positions + 0.1)
    simulation.advance(to_ns(0.5) // 1_000_000)
    assert not simulation.robot_state().external_torques.any()
    simulation.reset(0)
    pick(simulation)
    reach = float(np.hypot(*simulation.tcp_pose().position[:2]))
    weight = 9.81 * simulation.settings.block_mass
    shoulder = abs(simulation.robot_state().external_torques[1])
    np.testing.assert_allclose(shoulder, weight * reach, rtol=0.1)

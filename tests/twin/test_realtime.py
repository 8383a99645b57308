"""The plant ticks by the clock it is given, resets between ticks, and survives a law that fails."""

import itertools
import threading

import numpy as np
import pytest

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.types import Array
from diffpol_ros.twin.plant import PlantState
from diffpol_ros.twin.realtime import RealtimePlant, Snapshot
from diffpol_ros.twin.simulation import Simulation

START_NS = 1_700_000_000_000_000_007
DEADLINE_S = 20.0


@pytest.fixture(scope="module")
def simulation() -> Simulation:
    return Simulation()


def stepped(simulation: Simulation) -> RealtimePlant:
    return RealtimePlant(simulation, steady=ManualClock(), wall=ManualClock(START_NS))


class Broken:
    """A law that fails."""

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        return np.full(7, np.nan)


def test_asked_for_ticks_are_stamped_one_millisecond_apart(simulation: Simulation) -> None:
    plant, stamps = stepped(simulation), []
    plant.serve(lambda state: stamps.append(state.stamp_ns), lambda: None)
    plant.advance(5)
    assert stamps == [START_NS + tick * 1_000_000 for tick in range(1, 6)]
    assert plant.plant_state().stamp_ns == stamps[-1]


@pytest.mark.parametrize(("rate", "steps"), [(30.0, {33_000_000, 34_000_000}), (1000.0, {1_000_000})])
def test_listeners_hear_their_rate_on_average(simulation: Simulation, rate: float, steps: set[int]) -> None:
    plant, heard = stepped(simulation), []
    plant.listen(rate, heard.append)
    plant.advance(1000)
    assert len(heard) == rate
    assert {later.stamp_ns - earlier.stamp_ns for earlier, later in itertools.pairwise(heard)} == steps


def test_listeners_hear_whole_periods_exactly(simulation: Simulation) -> None:
    plant, heard = stepped(simulation), []
    plant.listen(50.0, heard.append)
    plant.advance(100)
    assert len(heard) == 5
    assert all(isinstance(snapshot, Snapshot) for snapshot in heard)
    assert {later.stamp_ns - earlier.stamp_ns for earlier, later in itertools.pairwise(heard)} == {20_000_000}


def test_a_reset_tells_the_server_and_puts_the_arm_home(simulation: Simulation) -> None:
    plant, resets = stepped(simulation), []
    plant.serve(lambda _: None, lambda: resets.append(1))
    plant.advance(3)
    plant.reset(4)
    plant.advance(1)
    assert resets == [1]
    np.testing.assert_allclose(plant.plant_state().joint_positions, plant.rest_positions, atol=1e-6)


def test_a_gripper_target_is_taken_at_the_next_tick(simulation: Simulation) -> None:
    plant = stepped(simulation)
    plant.set_gripper_target(0.02, 0.1, 20.0)
    plant.advance(500)
    assert plant.plant_state().gripper_width < 0.06


def test_a_law_that_fails_leaves_the_arm_held(simulation: Simulation) -> None:
    plant = stepped(simulation)
    plant.reset(0)
    plant.set_law(Broken())
    plant.advance(300)
    np.testing.assert_allclose(plant.plant_state().joint_positions, plant.rest_positions, atol=1e-3)


def test_the_thread_keeps_up_with_the_clock(simulation: Simulation) -> None:
    plant, enough = RealtimePlant(simulation), threading.Event()
    first = plant.plant_state().tick

    def watch(state: PlantState) -> None:
        if state.tick - first >= 300:
            enough.set()

    plant.serve(watch, lambda: None)
    plant.start()
    try:
        with pytest.raises(RobotError, match="advance"):
            plant.advance(1)
        assert enough.wait(DEADLINE_S)
        plant.reset(2)
    finally:
        plant.stop()
    assert plant.failure is None
    assert plant.statistics.ticks >= 300


def test_simulated_time_jumps_over_what_the_machine_missed(simulation: Simulation) -> None:
    steady, wall = ManualClock(), ManualClock(START_NS)
    ticked, naps = threading.Event(), iter([0.001, 5.0])

    def sleep(_: float) -> None:
        nap = next(naps, None)
        if nap is None:
            ticked.set()
            raise SystemExit
        steady.advance(nap)

    plant = RealtimePlant(simulation, steady=steady, wall=wall, sleep=sleep)
    plant.start()
    assert ticked.wait(DEADLINE_S)
    plant.stop()
    assert plant.statistics.skipped > 4000
    assert abs(plant.plant_state().stamp_ns - (START_NS + 5_001_000_000)) <= 2_000_000

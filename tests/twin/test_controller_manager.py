import numpy as np
import pytest

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import StoredControllers
from diffpol_ros.twin.controller_manager import ControllerManager, Interval, Status
from diffpol_ros.twin.controllers import Controller, load_controller
from tests.fake_plant import HOME, FakePlant


class Arm:
    """A plant, its manager and a clock that moves a millisecond a tick."""

    def __init__(self) -> None:
        self.clock = ManualClock(1)
        self.plant = FakePlant()
        self.manager = ControllerManager(self.plant, self.clock)
        self.plant.on_tick = self.manager.on_tick

    def tick(self, count: int = 1) -> None:
        for _ in range(count):
            self.clock.advance(0.001)
            self.plant.tick()


@pytest.fixture
def arm() -> Arm:
    arm = Arm()
    arm.tick(10)
    return arm


def controller(target: np.ndarray = HOME) -> Controller:
    panda = load_robot_description("panda")
    polymetis = panda.backend.settings.read(PolymetisSettings)
    return load_controller(StoredControllers(polymetis, panda.limits).controller(target), FakePlant().plant_state())


def test_an_episode_begins_and_ends_with_a_tick(arm: Arm):
    arm.manager.set_controller(controller())
    assert arm.manager.status is Status.READY
    arm.tick(3)
    assert arm.manager.status is Status.RUNNING
    assert arm.manager.episode == Interval(10, -1)
    assert arm.manager.terminate()
    assert arm.manager.status is Status.TERMINATING
    arm.tick()
    assert arm.manager.status is Status.TERMINATED
    assert arm.manager.episode == Interval(10, 12)
    assert not arm.manager.terminate()


def test_the_plant_runs_the_controller_only_while_its_episode_runs(arm: Arm):
    own = controller()
    arm.manager.set_controller(own)
    arm.tick()
    assert arm.plant.law is own
    arm.manager.terminate()
    arm.tick()
    assert arm.plant.law is not own


def test_a_pause_of_a_second_ends_the_episode(arm: Arm):
    arm.manager.set_controller(controller())
    arm.tick()
    arm.clock.advance(1.0)
    assert not arm.manager.ticks
    assert arm.manager.status is Status.RUNNING
    arm.tick()
    assert arm.manager.status is Status.TERMINATED
    assert arm.manager.ticks


def test_a_pause_below_a_second_does_not(arm: Arm):
    arm.manager.set_controller(controller())
    arm.tick()
    arm.clock.advance(0.99)
    arm.tick()
    assert arm.manager.status is Status.RUNNING


def test_a_controller_set_during_a_long_pause_never_runs(arm: Arm):
    arm.clock.advance(2.0)
    arm.manager.set_controller(controller())
    arm.tick()
    assert arm.manager.status is Status.TERMINATED
    assert arm.manager.episode.start == -1


def test_the_default_controller_holds_where_the_episode_ended(arm: Arm):
    arm.manager.set_controller(controller(HOME + 0.2))
    arm.tick(12_000)
    arm.manager.terminate()
    arm.tick(12_000)
    np.testing.assert_allclose(arm.plant.plant_state().joint_positions, HOME + 0.2, atol=0.02)


def test_a_reset_holds_the_arm_where_it_was_put(arm: Arm):
    arm.manager.set_controller(controller(HOME + 0.2))
    arm.tick(500)
    arm.plant._positions, arm.plant._velocities = HOME.copy(), np.zeros(7)
    arm.manager.on_reset()
    arm.tick(1000)
    assert arm.manager.status is Status.TERMINATED
    np.testing.assert_allclose(arm.plant.plant_state().joint_positions, HOME, atol=1e-9)


def test_waiting_ends_when_the_caller_gives_up(arm: Arm):
    arm.manager.set_controller(controller())
    assert not arm.manager.wait_while(Status.READY, lambda: False)
    arm.tick()
    assert arm.manager.wait_while(Status.READY, lambda: False)

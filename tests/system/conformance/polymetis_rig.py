"""The Polymetis client against the twin's servers, over sockets."""

from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import Array
from diffpol_ros.robots.polymetis.channel import Deadlines
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.twin.gripper_server import GripperServer
from diffpol_ros.twin.realtime import RealtimePlant
from diffpol_ros.twin.server import PolymetisServer
from diffpol_ros.twin.simulation import Simulation
from tests.fake_twin import OffsetClock, settings_of
from tests.waiting import wait_until

# The twin lives faster than the test, so that motions take less of its time.
SPEED = 4.0
# A busy machine is no lost robot.
PATIENT = Deadlines(state=5.0, update=5.0, stop=5.0, hand=5.0, tick=10.0, connect=5.0)


class PolymetisRig:
    rest_tolerance = 0.012
    settling_s = 2.0

    def __init__(self) -> None:
        self.description = load_robot_description("panda")
        self.plant = RealtimePlant(Simulation(seed=0, description=self.description), SPEED)
        self.hand = GripperServer(self.plant, 0)
        self.arm = self._serve(0)
        self.plant.start()
        self.hand.start()
        settings = settings_of(self.description, self.arm.port, self.hand.port)
        self.robot = PolymetisRobot(self.description, settings, clock=OffsetClock(pace=0.05), deadlines=PATIENT)
        wait_until(lambda: self.arm.manager.ticks)

    def _serve(self, port: int) -> PolymetisServer:
        arm = PolymetisServer(self.plant, self.description, port)
        self.plant.serve(arm.on_tick, arm.on_reset)
        arm.start()
        return arm

    def advance(self, duration_s: float) -> None:
        due = self.plant.plant_state().tick + round(duration_s * self.plant.rate_hz)
        wait_until(lambda: self.plant.plant_state().tick >= due, 30.0)

    def true_positions(self) -> Array:
        return self.plant.plant_state().joint_positions

    def lose(self) -> None:
        self.arm.stop()

    def restore(self) -> None:
        self.arm = self._serve(self.arm.port)
        wait_until(lambda: self.arm.manager.ticks)

    def close(self) -> None:
        self.plant.stop()
        self.arm.stop()
        self.hand.stop()

"""The twin's Polymetis servers in a process of their own, which can be frozen, thawed and killed."""

import dataclasses
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.robots.polymetis.channel import Deadlines
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.twin.gripper_server import GripperServer
from diffpol_ros.twin.realtime import RealtimePlant
from diffpol_ros.twin.server import PolymetisServer
from diffpol_ros.twin.simulation import Simulation

FREEZE, THAW = "freeze", "thaw"


class TwinProcess:
    """A running twin, and what happens to it."""

    def __init__(self, arm_port: int = 0, hand_port: int = 0) -> None:
        """Start it on these ports (0: any) and wait until it answers."""
        command = [sys.executable, "-m", "benchmarks.polymetis_twin", str(arm_port), str(hand_port)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.arm_port, self.hand_port = map(int, self._answer().split())

    def order(self, word: str) -> None:
        """Let it freeze or thaw; returns when it has."""
        assert self._process.stdin
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        self._answer()

    def kill(self) -> None:
        """End it without a word to anybody."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """End it."""
        self.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()

    def _answer(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline()


@contextmanager
def connected_robot(
    twin: TwinProcess, arm_port: int = 0, deadlines: Deadlines | None = None
) -> Iterator[PolymetisRobot]:
    """Give a client of `twin` that follows targets, perhaps through another port or with other deadlines."""
    description = load_robot_description("panda")
    settings = description.backend.settings.read(PolymetisSettings)
    polymetis = dataclasses.replace(settings, port=arm_port or twin.arm_port, gripper_port=twin.hand_port)
    robot = PolymetisRobot(description, polymetis, deadlines=deadlines)
    robot.connect()
    robot.start_controller()
    try:
        yield robot
        # The next client is refused while a controller runs that it did not start.
        robot.stop()
    finally:
        robot.close()


def serve(description: RobotDescription, arm_port: int, hand_port: int) -> None:
    """Print the ports, then follow the orders of the standard input until it ends."""
    logging.disable(logging.WARNING)
    sys.setswitchinterval(0.0005)
    plant = RealtimePlant(Simulation(seed=0, description=description))
    arm, hand = PolymetisServer(plant, description, arm_port), GripperServer(plant, hand_port)
    plant.serve(arm.on_tick, arm.on_reset)
    plant.start()
    arm.start()
    hand.start()
    print(arm.port, hand.port, flush=True)
    for order in sys.stdin:
        if order.strip() == FREEZE:
            plant.stop()
        elif order.strip() == THAW:
            plant.start()
        print("done", flush=True)
    for part in (plant, arm, hand):
        part.stop()


if __name__ == "__main__":
    serve(load_robot_description("panda"), int(sys.argv[1]), int(sys.argv[2]))

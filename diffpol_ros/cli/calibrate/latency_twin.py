"""The twin's arm and hand in a process of their own, without ROS: what is timed must not share an interpreter."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.robots.backends import Address

SWITCH_INTERVAL = 0.0005
CLOSING_S = 10.0


@contextmanager
def running_twin(robot: str) -> Iterator[Address]:
    """Run the twin of `robot` and give where it is."""
    command = [sys.executable, "-m", "diffpol_ros.cli.calibrate.latency_twin", robot]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as twin:
        assert twin.stdin and twin.stdout
        try:
            ports = twin.stdout.readline().split()
            if len(ports) != 2:
                raise ResourceError("the twin did not start; what it said stands above")
            yield Address("127.0.0.1", int(ports[0]), int(ports[1]))
        finally:
            twin.stdin.close()
            twin.wait(CLOSING_S)


def serve(robot: str) -> None:
    """Print the two ports and serve until the standard input ends."""
    from diffpol_ros.twin.gripper_server import GripperServer
    from diffpol_ros.twin.realtime import RealtimePlant
    from diffpol_ros.twin.server import PolymetisServer
    from diffpol_ros.twin.simulation import Simulation

    sys.setswitchinterval(SWITCH_INTERVAL)
    description = load_robot_description(robot)
    plant = RealtimePlant(Simulation(seed=0, description=description))
    arm, hand = PolymetisServer(plant, description, 0), GripperServer(plant, 0)
    plant.serve(arm.on_tick, arm.on_reset)
    for part in (plant, arm, hand):
        part.start()
    print(arm.port, hand.port, flush=True)
    sys.stdin.read()
    for part in (plant, arm, hand):
        part.stop()


if __name__ == "__main__":
    serve(sys.argv[1])

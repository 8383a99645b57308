"""Time the torch-free Polymetis client against the twin's servers: `python -m benchmarks.polymetis_loop`.

The twin runs in a process of its own, as in the demo; state and update are called at 100 Hz.
"""

import dataclasses
import subprocess
import sys
import time

import numpy as np

from benchmarks.timing import print_table
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import StoredControllers
from diffpol_ros.twin.gripper_server import GripperServer
from diffpol_ros.twin.realtime import RealtimePlant
from diffpol_ros.twin.server import PolymetisServer
from diffpol_ros.twin.simulation import Simulation

PERIOD = 0.01
CALLS = 1000
SERVE = "--serve"


def serve(description: RobotDescription) -> None:
    """Print the two ports and serve until the standard input ends."""
    sys.setswitchinterval(0.0005)
    plant = RealtimePlant(Simulation(seed=0, description=description))
    arm, hand = PolymetisServer(plant, description, 0), GripperServer(plant, 0)
    plant.serve(arm.on_tick, arm.on_reset)
    plant.start()
    arm.start()
    hand.start()
    print(arm.port, hand.port, flush=True)
    sys.stdin.read()
    for part in (plant, arm, hand):
        part.stop()


def measure(robot: PolymetisRobot) -> dict[str, np.ndarray]:
    """Return the times [s] of `CALLS` states and updates."""
    start = robot.state().joint_positions
    times = {"state": np.empty(CALLS), "update": np.empty(CALLS)}
    due = time.perf_counter()
    for index in range(CALLS):
        began = time.perf_counter()
        robot.state()
        read = time.perf_counter()
        robot.send(JointTarget(0, start + 0.1 * np.sin(index * PERIOD), 0.08))
        times["state"][index], times["update"][index] = read - began, time.perf_counter() - read
        due += PERIOD
        time.sleep(max(0.0, due - time.perf_counter()))
    return times


def main() -> None:
    """Measure and print."""
    description = load_robot_description("panda")
    settings = description.backend.settings.read(PolymetisSettings)
    if SERVE in sys.argv:
        serve(description)
        return
    command = [sys.executable, "-m", "benchmarks.polymetis_loop", SERVE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as twin:
        assert twin.stdin and twin.stdout
        arm, hand = map(int, twin.stdout.readline().split())
        polymetis = dataclasses.replace(settings, port=arm, gripper_port=hand)
        robot = PolymetisRobot(description, polymetis)
        robot.connect()
        robot.start_controller()
        times = measure(robot)
        robot.close()
        twin.stdin.close()
    print_table(f"Polymetis round trips at {1.0 / PERIOD:.0f} Hz against the twin", times)
    controllers, target = StoredControllers(settings, description.limits), description.home_positions
    began = time.perf_counter()
    for _ in range(CALLS):
        controllers.update(target, 1.0, 0)
    print(f"  patching an update: {(time.perf_counter() - began) / CALLS * 1e6:.1f} us")


if __name__ == "__main__":
    main()

"""Time the torch-free Polymetis client against the twin's servers: `python -m benchmarks.polymetis_loop`.

The twin runs in a process of its own, as in the demo; state and update are called at 100 Hz. For comparison: against
the C++ server, with real-time scheduling, a patched update took 4.0 ms (p99 5.9), Polymetis's own client 6.9 ms (12).
"""

import time

import numpy as np

from benchmarks.polymetis_losses import measure_losses
from benchmarks.polymetis_twin import TwinProcess, connected_robot
from benchmarks.timing import print_table
from diffpol_ros.core.robot_description import load_robot_description
from diffpol_ros.core.types import JointTarget
from diffpol_ros.robots.polymetis.channel import Deadlines
from diffpol_ros.robots.polymetis.robot import PolymetisRobot
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import StoredControllers

PERIOD = 0.01
CALLS = 1000
# A slow answer is measured, not refused.
PATIENT = Deadlines(state=5.0, update=5.0)


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


def patching_s() -> float:
    """Return how long it takes to make an update [s]."""
    description = load_robot_description("panda")
    settings = description.backend.settings.read(PolymetisSettings)
    controllers, target = StoredControllers(settings, description.limits), description.home_positions
    began = time.perf_counter()
    for _ in range(CALLS):
        controllers.update(target, 1.0, 0)
    return (time.perf_counter() - began) / CALLS


def main() -> None:
    """Measure and print."""
    twin = TwinProcess()
    with connected_robot(twin, deadlines=PATIENT) as robot:
        times = measure(robot)
    twin.close()
    print_table(f"Polymetis round trips at {1.0 / PERIOD:.0f} Hz against the twin", times)
    print(f"  patching an update: {patching_s() * 1e6:.1f} us")
    print_table("Losses, from the event on, asked at 100 Hz", measure_losses())


if __name__ == "__main__":
    main()

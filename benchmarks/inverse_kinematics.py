"""One step of differential inverse kinematics against mink: `python -m benchmarks.inverse_kinematics`.

Both follow the same circle with the same limits on joint positions and velocities; mink solves its program with daqp.
Then the same excursion out of reach and back, by each.
"""

from collections.abc import Callable

import mink
import mujoco
import numpy as np

from benchmarks.timing import interleaved, print_table
from diffpol_ros.control.differential_ik import DifferentialInverseKinematics
from diffpol_ros.control.kinematics import Kinematics, pose_error
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.twin.hand import TOOL_SITE
from diffpol_ros.twin.simulation import Simulation

ROUNDS = 2000
CIRCLE = 0.1
TURN = 0.02
AWAY = np.array([0.8, 0.0, 0.0])
EXCURSION_STEPS = 300

Step = Callable[[Array, Pose], Array]


def plain(kinematics: Kinematics, joints: Array, target: Pose) -> Array:
    """Return a damped least squares step with neither limits nor posture."""
    pose, jacobian = kinematics.forward_and_jacobian(joints)
    missing = np.linalg.solve(jacobian @ jacobian.T + 1e-4 * np.eye(6), pose_error(target, pose))
    return joints + jacobian.T @ missing


class MinkStep:
    """A step by mink, as its own examples write it."""

    def __init__(self, description: RobotDescription, period: float) -> None:
        """Take the twin's model, with the description's limits."""
        model = Simulation(description=description).model
        self._arm = [f"{name}" for name in _arm_joints(model)]
        self._period = period
        self._configuration = mink.Configuration(model)
        self._task = mink.FrameTask(TOOL_SITE, "site", position_cost=1.0, orientation_cost=1.0, lm_damping=1e-2)
        self._posture = mink.PostureTask(model, cost=1e-3)
        self._start = self._configuration.q.copy()
        self._start[:7] = description.home_positions
        self._posture.set_target(self._start)
        velocities = dict(zip(self._arm, np.array(description.limits.velocity), strict=True))
        self._limits = [mink.ConfigurationLimit(model), mink.VelocityLimit(model, velocities)]

    def __call__(self, joints: Array, target: Pose) -> Array:
        """Return where the joints go next."""
        full = self._start.copy()
        full[:7] = joints
        self._configuration.update(full)
        x, y, z, w = target.quaternion
        rotation = mink.SO3(np.array([w, x, y, z]))
        self._task.set_target(mink.SE3.from_rotation_and_translation(rotation, target.position))
        velocity = mink.solve_ik(
            self._configuration, [self._task, self._posture], self._period, "daqp", limits=self._limits
        )
        return joints + velocity[:7] * self._period


def _arm_joints(model: mujoco.MjModel) -> list[str]:
    return [mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_JOINT, index) for index in range(7)]


class Walker:
    """Follows the circle with one kind of step."""

    def __init__(self, step: Step, start: Array, home: Pose) -> None:
        """Begin at `start`."""
        self._step, self._joints, self._home, self._angle = step, start, home, 0.0

    def __call__(self) -> None:
        """Take one step."""
        self._angle += TURN
        offset = CIRCLE * np.array([0.0, np.sin(self._angle), np.cos(self._angle) - 1.0])
        self._joints = self._step(self._joints, Pose(self._home.position + offset, self._home.quaternion))


def excursion(step: Step, start: Array, home: Pose, kinematics: Kinematics) -> tuple[float, float]:
    """Return the largest step [rad] and what is missing in the end [mm] of a way out of reach and back."""
    joints, largest = start, 0.0
    for target in [Pose(home.position + AWAY, home.quaternion)] * EXCURSION_STEPS + [home] * EXCURSION_STEPS:
        following = step(joints, target)
        largest, joints = max(largest, float(np.abs(following - joints).max())), following
    return largest, 1e3 * float(np.linalg.norm(kinematics.forward(joints).position - home.position))


def main() -> None:
    """Print the cost of a step, and who comes back."""
    description, settings = load_robot_description("panda"), FollowerSettings()
    kinematics = Kinematics(description)
    inverse = DifferentialInverseKinematics(description, kinematics, settings)
    steps: dict[str, Step] = {
        "ours: limits, velocities, posture": lambda q, target: inverse.step(q, target, settings.period).positions,
        "plain damped least squares": lambda q, target: plain(kinematics, q, target),
        "mink with daqp: the same limits, posture": MinkStep(description, settings.period),
    }
    start, home = description.home_positions, kinematics.forward(description.home_positions)
    print_table(
        "one step of differential inverse kinematics",
        interleaved({name: Walker(step, start, home) for name, step in steps.items()}, ROUNDS, warm_up=100),
        "us",
    )
    print(
        f"\nout of reach by {AWAY[0]} m and back; the least velocity limit is {2.175 * settings.period:.4f} rad a step"
    )
    for name, step in steps.items():
        largest, missing = excursion(step, start, home, kinematics)
        print(f"  {name:<42} largest step {largest:8.4f} rad, {missing:8.3f} mm from the target in the end")


if __name__ == "__main__":
    main()

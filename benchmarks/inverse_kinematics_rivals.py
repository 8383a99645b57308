"""Other ways from poses to joints, as their own examples write them: mink, pink, and least squares on MuJoCo."""

from collections.abc import Callable
from importlib import import_module

import mink
import mujoco
import numpy as np

from diffpol_ros.control.kinematics import Kinematics, pose_error
from diffpol_ros.control.plain_ik import PlainInverseKinematics
from diffpol_ros.core.robot_description import RobotDescription
from diffpol_ros.core.spatial import homogeneous, matrix_from_quaternion, rotation_between
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.twin.hand import TOOL_SITE
from diffpol_ros.twin.simulation import Simulation
from diffpol_ros.twin.urdf import urdf_of

DAMPING = 1e-2

Step = Callable[[Array, Pose], Array]


class Clipped:
    """What is left of a step within the limits when all joints slow down together and each stops at its end."""

    def __init__(self, description: RobotDescription, period: float) -> None:
        """Take the limits of `description`."""
        limits = description.limits
        self._lower, self._upper = np.array(limits.lower), np.array(limits.upper)
        self._greatest = period * np.array(limits.velocity)

    def __call__(self, joints: Array, moved: Array) -> Array:
        """Return the joints after as much of the way to `moved` as is allowed."""
        step = moved - joints
        step = step / max(float((np.abs(step) / self._greatest).max()), 1.0)
        return np.minimum(np.maximum(joints + step, self._lower), self._upper)


def plain(description: RobotDescription, period: float) -> Step:
    """Return the paper's: the pseudo-inverse, clipped to the limits."""
    inverse, clipped = PlainInverseKinematics(Kinematics(description)), Clipped(description, period)
    return lambda joints, target: clipped(joints, inverse.step(joints, target, period).positions)


def damped(description: RobotDescription, period: float) -> Step:
    """Return damped least squares with neither posture nor bounds in the solve, clipped to the limits."""
    kinematics, clipped = Kinematics(description), Clipped(description, period)

    def step(joints: Array, target: Pose) -> Array:
        pose, jacobian = kinematics.forward_and_jacobian(joints)
        missing = np.linalg.solve(jacobian @ jacobian.T + DAMPING**2 * np.eye(6), pose_error(target, pose))
        return clipped(joints, joints + jacobian.T @ missing)

    return step


class MujocoStep:
    """Damped least squares on MuJoCo's Jacobian, without limits."""

    def __init__(self, description: RobotDescription) -> None:
        """Take the twin's model."""
        self._model = Simulation(description=description).model
        self._data = mujoco.MjData(self._model)
        self._site = mujoco.mj_name2id(self._model, mujoco.mjtObj.mjOBJ_SITE, TOOL_SITE)
        self._jacobian, self._quaternion = np.zeros((6, self._model.nv)), np.zeros(4)
        self._damping = DAMPING**2 * np.eye(6)

    def __call__(self, joints: Array, target: Pose) -> Array:
        """Return where the joints go next."""
        model, data = self._model, self._data
        data.qpos[:7] = joints
        mujoco.mj_kinematics(model, data)
        mujoco.mj_comPos(model, data)
        mujoco.mj_jacSite(model, data, self._jacobian[:3], self._jacobian[3:], self._site)
        mujoco.mju_mat2Quat(self._quaternion, data.site_xmat[self._site])
        turn = rotation_between(np.roll(self._quaternion, -1), target.quaternion)
        error = np.concatenate((target.position - data.site_xpos[self._site], turn))
        jacobian = self._jacobian[:, :7]
        return joints + jacobian.T @ np.linalg.solve(jacobian @ jacobian.T + self._damping, error)


class MinkStep:
    """A step by mink with daqp, as its own examples write it."""

    def __init__(self, description: RobotDescription, period: float) -> None:
        """Take the twin's model, with the description's limits."""
        model = Simulation(description=description).model
        arm = [mujoco.mj_id2name(model, mujoco.mjtObj.mjOBJ_JOINT, index) for index in range(7)]
        self._period = period
        self._configuration = mink.Configuration(model)
        self._task = mink.FrameTask(TOOL_SITE, "site", position_cost=1.0, orientation_cost=1.0, lm_damping=1e-2)
        self._posture = mink.PostureTask(model, cost=1e-3)
        self._start = self._configuration.q.copy()
        self._start[:7] = description.home_positions
        self._posture.set_target(self._start)
        velocities = dict(zip(arm, np.array(description.limits.velocity), strict=True))
        self._limits = [mink.ConfigurationLimit(model), mink.VelocityLimit(model, velocities)]

    def __call__(self, joints: Array, target: Pose) -> Array:
        """Return where the joints go next."""
        full = self._start.copy()
        full[:7] = joints
        self._configuration.update(full)
        rotation = mink.SO3(np.roll(target.quaternion, 1))
        self._task.set_target(mink.SE3.from_rotation_and_translation(rotation, target.position))
        tasks = [self._task, self._posture]
        velocity = mink.solve_ik(self._configuration, tasks, self._period, "daqp", limits=self._limits)
        return joints + velocity[:7] * self._period


def pink_step(description: RobotDescription, period: float) -> Step:
    """Return a step by pink with daqp, as its own examples write it; ImportError where pink is not installed."""
    pink, pinocchio = import_module("pink"), import_module("pinocchio")
    model = pinocchio.buildModelFromXML(urdf_of(description))
    tool = pinocchio.SE3(homogeneous(description.tool.pose))
    flange = model.getFrameId("panda_link8")
    parent, place = model.frames[flange].parentJoint, model.frames[flange].placement
    model.addFrame(pinocchio.Frame("tool", parent, flange, place * tool, pinocchio.FrameType.OP_FRAME))
    task = pink.FrameTask("tool", position_cost=1.0, orientation_cost=1.0, lm_damping=1e-2)
    posture = pink.PostureTask(cost=1e-3)
    posture.set_target(description.home_positions)
    data = model.createData()

    def step(joints: Array, target: Pose) -> Array:
        configuration = pink.Configuration(model, data, joints, forward_kinematics=True)
        task.set_target(pinocchio.SE3(matrix_from_quaternion(target.quaternion), target.position))
        # Joints that stand on their limit count as beyond it by rounding, which is no reason to refuse them.
        velocity = pink.solve_ik(configuration, [task, posture], period, solver="daqp", safety_break=False)
        return joints + velocity * period

    return step

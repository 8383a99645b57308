"""The simulated robot and its block, one millisecond at a time; the same seed and targets give the same bits."""

import math

import mujoco
import numpy as np

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.errors import RobotError
from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.core.spatial import quaternion_from_matrix
from diffpol_ros.core.types import Array, Pose, RobotState
from diffpol_ros.twin.external_torque import ExternalTorque
from diffpol_ros.twin.gripper import GripperCommand, GripperMotion
from diffpol_ros.twin.impedance import FRANKA_GAINS, ImpedanceLaw
from diffpol_ros.twin.plant import Law, PlantState
from diffpol_ros.twin.scene import ARM_DOFS, BLOCK_SIZE, TICK_NS, build_scene
from diffpol_ros.twin.settings import SimulationSettings

RATE_HZ = NANOSECONDS // TICK_NS
TICK = TICK_NS / NANOSECONDS
# libfranka's rate_limiting.h: 1000 Nm/s.
TORQUE_STEP = 1000.0 * TICK
# The strongest squeeze of the Franka Hand [N].
MAXIMUM_FORCE = 70.0


class Simulation:
    """MuJoCo with the robot's own inner loop: gravity compensated, torques limited, driven by one law.

    Not for two threads at once: `twin.realtime` puts one around it.
    """

    def __init__(
        self,
        settings: SimulationSettings | None = None,
        seed: int = 0,
        description: RobotDescription | None = None,
    ) -> None:
        """Build the world and put it into the first state of `seed`; `description` stands in for settings.robot."""
        self.settings = settings or SimulationSettings()
        self.description = description or load_robot_description(self.settings.robot)
        self.scene = build_scene(self.description, self.settings)
        self.model = self.scene.model
        self.data = mujoco.MjData(self.model)
        self._bind()
        self._home = self.description.home_positions
        self._torque_limits = np.array(self.description.limits.torque)
        self._tick_count = 0
        self._start_ns = 0
        self.reset(seed)

    def _bind(self) -> None:
        """Keep views of the parts of MuJoCo's state that every tick touches."""
        data = self.data
        self._positions = data.qpos[:ARM_DOFS]
        self._velocities = data.qvel[:ARM_DOFS]
        self._bias = data.qfrc_bias[:ARM_DOFS]
        self._applied = data.qfrc_applied[:ARM_DOFS]
        self._external = ExternalTorque(data.qfrc_constraint[:ARM_DOFS])
        self._jacobian_buffer = np.zeros((6, self.model.nv))
        self._linear, self._angular = self._jacobian_buffer[:3], self._jacobian_buffer[3:]
        self._jacobian = self._jacobian_buffer[:, :ARM_DOFS]
        self._computed = np.zeros(ARM_DOFS)
        self._torques = np.zeros(ARM_DOFS)
        self._upper, self._lower = np.zeros(ARM_DOFS), np.zeros(ARM_DOFS)

    def reset(self, seed: int) -> None:
        """Put the arm home with open fingers and the block where `seed` says; the time goes on."""
        random = np.random.default_rng(seed)
        mujoco.mj_resetData(self.model, self.data)
        self._positions[:] = self._home + self.settings.home_noise * random.standard_normal(ARM_DOFS)
        self._place_block(random)
        width = self.description.gripper.maximum_width
        self.data.qpos[self.scene.fingers : self.scene.fingers + 2] = 0.5 * width
        self._gripper = GripperMotion(width, width, MAXIMUM_FORCE)
        self._send_gripper()
        self._joint_law = ImpedanceLaw(self._positions, FRANKA_GAINS)
        self._law: Law = self._joint_law
        self._computed = np.zeros(ARM_DOFS)
        self._torques = np.zeros(ARM_DOFS)
        self._external.reset()
        self._lifted_ticks = 0
        mujoco.mj_step1(self.model, self.data)

    def _place_block(self, random: np.random.Generator) -> None:
        settings = self.settings
        x = random.uniform(settings.start_x_minimum, settings.start_x_maximum)
        y = random.uniform(-settings.start_y_limit, settings.start_y_limit)
        half = 0.5 * random.uniform(-settings.start_yaw_limit, settings.start_yaw_limit)
        block = self.scene.block
        self.data.qpos[block : block + 7] = [x, y, 0.5 * BLOCK_SIZE, math.cos(half), 0.0, 0.0, math.sin(half)]

    def set_joint_target(self, positions: Array) -> None:
        """Pull the joints towards `positions` (7,) [rad] with the project's own law."""
        self._joint_law.set_target(positions)
        self._law = self._joint_law

    def hold(self) -> None:
        """Keep the joints where they are."""
        self.set_joint_target(self._positions)

    def set_law(self, law: Law) -> None:
        """Let `law` drive the joints from the next tick on."""
        self._law = law

    def set_gripper_target(self, width: float, speed: float | None = None, force: float | None = None) -> None:
        """Send the fingers to `width` [m] at `speed` [m/s] with at most `force` [N]; absent: the robot's own."""
        gripper = self.description.gripper
        command = GripperCommand(
            width, gripper.speed if speed is None else speed, gripper.force if force is None else force
        )
        self._gripper.start(command, self.gripper_width())
        self._send_gripper()

    def _send_gripper(self) -> None:
        """Pass force limit and reference to the motor, which drives both fingers."""
        force = 2.0 * self._gripper.command.force
        self.model.actuator_forcerange[self.scene.motor] = -force, force
        self.data.ctrl[self.scene.motor] = 0.5 * self._gripper.reference

    def step(self) -> None:
        """Let one millisecond pass."""
        model, data = self.model, self.data
        mujoco.mj_jacSite(model, data, self._linear, self._angular, self.scene.flange_site)
        wanted = self._law.torques(self.stamp_ns, self._positions, self._velocities, self._jacobian)
        self._limit_torques(wanted)
        np.add(self._torques, self._bias, out=self._applied)
        self._gripper.advance(TICK)
        data.ctrl[self.scene.motor] = 0.5 * self._gripper.reference
        mujoco.mj_step2(model, data)
        mujoco.mj_step1(model, data)
        self._tick_count += 1
        self._external.feel()
        self._watch_block()

    def _limit_torques(self, wanted: Array) -> None:
        """Take over `wanted` as far as torque rate and torque limits allow."""
        if not math.isfinite(wanted @ wanted):
            raise RobotError(f"the control law asks for torques {wanted.tolist()}: not finite, nothing was applied")
        self._computed = wanted
        torques = self._torques
        np.subtract(torques, TORQUE_STEP, out=self._lower)
        np.add(torques, TORQUE_STEP, out=self._upper)
        np.maximum(self._lower, -self._torque_limits, out=self._lower)
        np.minimum(self._upper, self._torque_limits, out=self._upper)
        np.minimum(wanted, self._upper, out=torques)
        np.maximum(torques, self._lower, out=torques)

    def _watch_block(self) -> None:
        lifted = self.data.qpos[self.scene.block + 2] >= 0.5 * BLOCK_SIZE + self.settings.success_height
        self._lifted_ticks = self._lifted_ticks + 1 if lifted else 0

    def advance(self, ticks: int) -> None:
        """Let `ticks` milliseconds pass."""
        for _ in range(ticks):
            self.step()

    @property
    def tick(self) -> int:
        """Return the number of ticks since the simulation was made."""
        return self._tick_count

    @property
    def stamp_ns(self) -> int:
        """Return the simulated time [ns]; it starts at 0, or at what `start_clock` said, and never goes back."""
        return self._start_ns + self._tick_count * TICK_NS

    def start_clock(self, now_ns: int) -> None:
        """Let the present tick be at `now_ns` [ns]."""
        self._start_ns = now_ns - self._tick_count * TICK_NS

    def robot_state(self) -> RobotState:
        """Return what the robot measures now."""
        return RobotState(
            stamp_ns=self.stamp_ns,
            joint_positions=self._positions,
            joint_velocities=self._velocities,
            external_torques=self._external.filtered,
            gripper_width=self.gripper_width(),
        )

    def plant_state(self) -> PlantState:
        """Return everything measured in the newest tick."""
        width, speed = self.gripper_width(), self.gripper_speed()
        return PlantState(
            tick=self._tick_count,
            stamp_ns=self.stamp_ns,
            joint_positions=self._positions.copy(),
            joint_velocities=self._velocities.copy(),
            computed_torques=np.array(self._computed),
            applied_torques=self._torques.copy(),
            measured_torques=self._applied.copy(),
            external_torques=self._external.filtered.copy(),
            gripper_width=width,
            gripper_moving=self._gripper.moving(speed),
            gripper_grasped=self._gripper.grasped(width, speed),
        )

    def gripper_width(self) -> float:
        """Return the distance between the fingers [m]."""
        first = self.scene.fingers
        return float(self.data.qpos[first] + self.data.qpos[first + 1])

    def gripper_speed(self) -> float:
        """Return how fast the fingers open [m/s]."""
        return float(self.data.qvel[ARM_DOFS] + self.data.qvel[ARM_DOFS + 1])

    def block_pose(self) -> Pose:
        """Return where the block truly is."""
        x, y, z, w, i, j, k = self.data.qpos[self.scene.block : self.scene.block + 7]
        return Pose(np.array([x, y, z]), np.array([i, j, k, w]))

    def tcp_pose(self) -> Pose:
        """Return where the tool centre point truly is."""
        site = self.scene.tool_site
        matrix = self.data.site_xmat[site].reshape(3, 3)
        return Pose(self.data.site_xpos[site], quaternion_from_matrix(matrix))

    def qpos(self) -> Array:
        """Return a copy of every position of the world, for a renderer."""
        return self.data.qpos.copy()

    def succeeded(self) -> bool:
        """Return whether the block has been up for long enough."""
        return self._lifted_ticks >= round(self.settings.success_duration / TICK)

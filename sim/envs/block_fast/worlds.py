"""N worlds of the block task that MuJoCo's threads step together, some eight times faster than sim.envs.block_worlds.

The scene, its starts and its physics are the twin's. The control loop is `Following`; physics and the impedance law go
by 2 ms instead of one, without the limit on how fast torques change. The block is seen as it is, at once.
`python -m benchmarks.block_fast` compares the two.
"""

import numpy as np
from mujoco.batch import Batch
from scipy.spatial.transform import Rotation

from diffpol_ros.twin.impedance import FRANKA_GAINS
from diffpol_ros.twin.scene import ARM_DOFS, BLOCK_SIZE
from diffpol_ros.twin.simulation import Simulation
from sim.envs.block import BlockLiftSettings
from sim.envs.block_fast.arms import Doubles
from sim.envs.block_fast.following import PERIOD, PERIODS, STEP, Following, Rows, sound
from sim.envs.block_numbers import FINGERS, SPEC
from sim.envs.worlds import Flags, Happened, Seeds, Vectors

TICK = 0.002
"""Of physics and of the impedance law [s]."""
TICKS = round(PERIOD / TICK)


class FastBlockWorlds:
    """As BlockWorlds: a reward of 1 for each step after which the block is up and has been kept there."""

    observation_size = SPEC.frame_dimension
    action_size = 10

    def __init__(self, settings: BlockLiftSettings, count: int, threads: int = 1) -> None:
        """Set up `count` worlds for `threads`."""
        self.count, self.step_limit = count, round(settings.time_limit / STEP)
        self._start = Simulation(settings.simulation)
        self._settings, description = settings.simulation, self._start.description
        self._gripper, self._limits = description.gripper, np.array(description.limits.torque)
        force = 2.0 * self._gripper.force
        self._start.model.opt.timestep = TICK
        self._start.model.actuator_forcerange[self._start.scene.motor] = -force, force
        self._batch = Batch(self._start.model, count, threads)
        self._positions, self._velocities = self._batch.bind("qpos"), self._batch.bind("qvel")
        self._applied, self._control = self._batch.bind("qfrc_applied"), self._batch.bind("ctrl")
        self._bias = self._batch.bind("qfrc_bias")
        self._following = Following(description, settings.follower, count)
        self._plans: list[Vectors] = [np.zeros((0, self.action_size), np.float32)] * count
        self._widths, self._references = np.zeros(count), np.zeros(count)
        self._lifted, self._stopped = np.zeros(count, np.int64), np.zeros(count, bool)
        self._frames = np.zeros((count, self.observation_size), np.float32)

    def reset(self, which: Flags, seeds: Seeds) -> Vectors:
        """Begin an episode of `seeds` (N,) in the worlds of `which` (N,); return all frames (N, d)."""
        rows = np.flatnonzero(which)
        self._batch.reset(rows)
        for row in rows:
            self._start.reset(int(seeds[row]))
            self._positions[row] = self._start.data.qpos
            self._plans[row] = np.zeros((0, self.action_size), np.float32)
        self._velocities[rows] = 0.0
        self._widths[rows] = self._references[rows] = self._gripper.maximum_width
        self._control[rows] = 0.5 * self._gripper.maximum_width
        self._batch.forward(rows)
        self._following.start(rows, self._positions[rows, :ARM_DOFS])
        self._lifted[rows], self._stopped[rows] = 0, False
        self._look(rows)
        return self._frames.copy()

    def plan(self, chunks: Vectors, active: Flags) -> None:
        """Learn which actions (N, T, a) are meant to come next, so that the arm moves on smoothly between them."""
        for row in np.flatnonzero(active):
            self._plans[row] = chunks[row]

    def step(self, actions: Vectors, active: Flags) -> Happened:
        """Let one step pass under raw `actions` (N, a) where `active` (N,); the other worlds stand still."""
        rows = np.flatnonzero(active)
        if rows.size:
            self._step(rows, actions)
        succeeded = self._lifted >= round(self._settings.success_duration / PERIOD)
        return Happened(self._frames.copy(), succeeded.astype(np.float32), self._stopped.copy(), succeeded)

    def close(self) -> None:
        """Nothing is left open: the threads end with the batch."""

    def _step(self, rows: Rows, actions: Vectors) -> None:
        told = actions[rows].astype(np.float64)
        after = np.stack([self._next(int(row), actions[row]) for row in rows]).astype(np.float64)
        refused = ~(sound(told) & sound(after))
        self._stopped[rows] |= refused
        told[refused] = after[refused] = self._standing(rows[refused])
        self._move(rows, told, after)
        self._look(rows)

    def _next(self, row: int, action: Vectors) -> Vectors:
        """Return what is meant to come after `action`; where nothing is, the arm comes to rest there."""
        self._plans[row] = self._plans[row][1:]
        return self._plans[row][0] if len(self._plans[row]) else action

    def _standing(self, rows: Rows) -> Doubles:
        """Return the actions (m, 10) that leave the arms `rows` where they were told to be."""
        frames = self._following.arms.frames(self._following.joints[rows])
        columns = frames.rotations.transpose(0, 2, 1)[:, :2].reshape(-1, 6)
        return np.column_stack([frames.tool, columns, self._widths[rows]])

    def _move(self, rows: Rows, actions: Doubles, after: Doubles) -> None:
        path = self._following.path(rows, actions, after)
        widths = np.clip(actions[:, FINGERS], self._gripper.closed_width, self._gripper.maximum_width)
        before = self._widths[rows]
        for period in range(PERIODS):
            targets = self._following.go(rows, path, period)
            self._grip(rows, before + (widths - before) * ((period + 1) / PERIODS))
            self._physics(rows, targets)
            height = self._positions[rows, self._start.scene.block + 2] - 0.5 * BLOCK_SIZE
            self._lifted[rows] = np.where(height >= self._settings.success_height, self._lifted[rows] + 1, 0)

    def _grip(self, rows: Rows, widths: Doubles) -> None:
        """Send the fingers to `widths` (m,) [m]; a new width sets off from the present one, as the hand does."""
        new = widths != self._widths[rows]
        fingers = self._positions[rows][:, self._start.scene.fingers : self._start.scene.fingers + 2].sum(axis=1)
        references = np.where(new, fingers, self._references[rows])
        furthest = self._gripper.speed * PERIOD
        self._widths[rows] = widths
        self._references[rows] = references + np.clip(widths - references, -furthest, furthest)
        self._control[rows, self._start.scene.motor] = 0.5 * self._references[rows]

    def _physics(self, rows: Rows, targets: Doubles) -> None:
        """Let a period pass: the law pulls the joints of `rows` (m,) towards `targets` (m, 7) [rad]."""
        gains = FRANKA_GAINS
        frames = self._following.arms.frames(self._positions[rows, :ARM_DOFS])
        jacobians = frames.jacobians(frames.flange)
        for _ in range(TICKS):
            error = targets - self._positions[rows, :ARM_DOFS]
            velocities = self._velocities[rows, :ARM_DOFS]
            stiff = gains.cartesian_stiffness * np.einsum("nij,nj->ni", jacobians, error)
            damped = gains.cartesian_damping * np.einsum("nij,nj->ni", jacobians, velocities)
            torques = np.einsum("nij,ni->nj", jacobians, stiff - damped)
            torques += gains.joint_stiffness * error - gains.joint_damping * velocities
            bias = self._bias[rows, :ARM_DOFS]
            self._applied[rows, :ARM_DOFS] = np.clip(torques, -self._limits, self._limits) + bias
            self._batch.step(rows)

    def _look(self, rows: Rows) -> None:
        """Compute the frames of `rows`."""
        frames = self._following.arms.frames(self._positions[rows, :ARM_DOFS])
        fingers, block = self._start.scene.fingers, self._start.scene.block
        width = self._positions[rows][:, fingers : fingers + 2].sum(axis=1)
        w, x, y, z = self._positions[rows][:, block + 3 : block + 7].T
        turned = Rotation.from_quat(np.stack([x, y, z, w], axis=1)).as_matrix()
        parts = [frames.tool, _six(frames.rotations), width[:, None], self._positions[rows][:, block : block + 3]]
        self._frames[rows] = np.hstack([*parts, _six(turned)])


def _six(rotations: Doubles) -> Doubles:
    """Return the first two columns of (m, 3, 3) as (m, 6)."""
    return rotations.transpose(0, 2, 1)[:, :2].reshape(-1, 6)

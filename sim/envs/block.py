"""Lift the tagged block: the twin's world and the robot's own control code, in simulated time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
import tyro
from numpy.typing import NDArray

from diffpol_ros.control.follower import Follower
from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Hold, Stop, Verdict
from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ActionChunk, Array, JointTarget, ObjectEstimate, Observation, Pose
from diffpol_ros.estimation.noise.model import NoiseModel
from diffpol_ros.policy.actions import chunk_from_actions
from diffpol_ros.policy.manifest.specs import ObservationSpec
from diffpol_ros.twin.settings import SimulationSettings
from diffpol_ros.twin.simulation import TICK_NS, Simulation
from sim.envs.noise import PoseSensor, exact_estimate
from sim.errors import SimulationError

BLOCK = "block"
STEP_NS = to_ns(0.1)
CONTROL_NS = to_ns(0.01)
CONTROL_TICKS = CONTROL_NS // TICK_NS
STEP_PERIODS = STEP_NS // CONTROL_NS


def block_observation_spec(history_steps: int = 2, max_object_age_s: float = 5.0) -> ObservationSpec:
    """Return what a policy of this task sees."""
    return ObservationSpec("panda_link0", (BLOCK,), history_steps, max_object_age_s)


@dataclass(frozen=True)
class BlockLiftSettings:
    """An environment."""

    simulation: SimulationSettings = field(default_factory=SimulationSettings)
    """The world."""
    noise: Annotated[NoiseModel | None, tyro.conf.Suppress] = None
    """What the cameras make of the block's pose; none: the truth without delay."""
    latency: float = 0.0
    """From an observation to the moment its chunk reaches the control loop [s], in steps of 10 ms."""
    time_limit: float = 12.0
    """Longest episode [s]."""
    follower: FollowerSettings = field(default_factory=FollowerSettings)
    """How the control loop follows chunks; a policy expects on the robot what it was trained with."""


class SimulatedArm:
    """What the gate sends to: the simulation, without servers in between."""

    def __init__(self, simulation: Simulation) -> None:
        """Move the arm of `simulation`."""
        self._simulation = simulation
        self.reset()

    def reset(self) -> None:
        """Forget what was sent."""
        self._width: float | None = None
        self.joint_positions: Array | None = None
        """Where the joints were last sent (7,) [rad], if anywhere."""

    def send(self, target: JointTarget) -> JointTarget:
        """Take over a joint target; the gripper is told only of a new width."""
        self.joint_positions = target.joint_positions
        self._simulation.set_joint_target(target.joint_positions)
        if target.gripper_width != self._width:
            self._width = target.gripper_width
            self._simulation.set_gripper_target(target.gripper_width)
        return target


class BlockLiftEnvironment:
    """10 Hz outside; inside the follower at 100 Hz and physics at 1 kHz. The same seed gives the same bits."""

    def __init__(self, settings: BlockLiftSettings | None = None, onlookers: Sequence[PoseSensor] = ()) -> None:
        """Build the world once; `reset` begins an episode. `onlookers` see the block too, for whoever gave them."""
        self.settings = settings or BlockLiftSettings()
        self.simulation = Simulation(self.settings.simulation)
        self._arm = SimulatedArm(self.simulation)
        self._follower = Follower(self.simulation.description, self._arm, self.settings.follower)
        self._sensor = PoseSensor(BLOCK, self.settings.noise) if self.settings.noise else None
        self._sensors = [*([self._sensor] if self._sensor else []), *onlookers]
        self.latency_ns = to_ns(self.settings.latency)
        """From an observation to the moment its chunk reaches the control loop; may differ between episodes."""
        self.reset(0)

    def reset(self, seed: int) -> Observation:
        """Begin the episode of `seed` and return what is seen first."""
        self.simulation.reset(seed)
        self._start_ns = self.simulation.stamp_ns
        self._arm.reset()
        self.verdict: Verdict = Hold("begun", "just begun")
        """The gate's, of the last period."""
        self._stop_reason = ""
        self._arriving: list[tuple[int, ActionChunk]] = []
        self._follower.reset()
        self._follower.enable(self._start_ns, self.simulation.robot_state())
        for index, sensor in enumerate(self._sensors):
            random = np.random.default_rng([seed, index + 1])
            sensor.reset(random, self._start_ns, self.simulation.block_pose())
        return self.observe()

    def step(self, action: NDArray[np.floating] | ActionChunk | None) -> Observation:
        """Let 0.1 s pass under action vectors (10,) or (n, 10), a chunk, or (None) what was given before."""
        if isinstance(action, np.ndarray):
            action = chunk_from_actions(np.atleast_2d(action), self.simulation.stamp_ns, STEP_NS)
        if action is not None:
            self.follow(action)
        for _ in range(STEP_PERIODS):
            self.advance()
        return self.observe()

    def follow(self, chunk: ActionChunk) -> None:
        """Send a chunk on its way to the control loop."""
        self._arriving.append((self.simulation.stamp_ns + self.latency_ns, chunk))

    def advance(self) -> None:
        """Let one period of the control loop pass, 10 ms."""
        self._control()
        self.simulation.advance(CONTROL_TICKS)

    def observe(self) -> Observation:
        """Return what the policy sees now, the end effector as the bridge computes it."""
        state = self.simulation.robot_state()
        end_effector = self._follower.kinematics.forward(state.joint_positions)
        return Observation(state.stamp_ns, end_effector, state.gripper_width, {BLOCK: self._estimate()})

    def place_block(self, pose: Pose) -> None:
        """Put the block elsewhere, at rest."""
        simulation = self.simulation
        x, y, z, w = pose.quaternion
        first = simulation.scene.block
        simulation.data.qpos[first : first + 7] = [*pose.position, w, x, y, z]
        address = int(simulation.model.joint(BLOCK).dofadr[0])
        simulation.data.qvel[address : address + 6] = 0.0

    @property
    def succeeded(self) -> bool:
        """Return whether the block has been up for long enough."""
        return self.simulation.succeeded()

    @property
    def commanded(self) -> Pose:
        """Return where the end effector was last sent; before that, where it is."""
        sent = self._arm.joint_positions
        joints = self.simulation.robot_state().joint_positions if sent is None else sent
        return self._follower.kinematics.forward(joints)

    @property
    def elapsed_s(self) -> float:
        """Return the age of the episode [s]."""
        return (self.simulation.stamp_ns - self._start_ns) * 1e-9

    @property
    def stop_reason(self) -> str:
        """Return why the gate stopped the arm, or an empty text."""
        return self._stop_reason

    @property
    def finished(self) -> bool:
        """Return whether the episode is decided."""
        late = self.elapsed_s >= self.settings.time_limit - 1e-6
        return self.succeeded or late or bool(self._stop_reason)

    def _estimate(self) -> ObjectEstimate:
        if self._sensor:
            return self._sensor.newest(self.simulation.stamp_ns)
        return exact_estimate(BLOCK, self.simulation.stamp_ns, self.simulation.block_pose())

    def _control(self) -> None:
        """Do what the bridge does in one of its periods."""
        now_ns = self.simulation.stamp_ns
        self._look(now_ns)
        while self._arriving and self._arriving[0][0] <= now_ns:
            self._follower.accept(self._arriving.pop(0)[1], now_ns)
        self.verdict = self._follower.step(now_ns, self.simulation.robot_state())
        if isinstance(self.verdict, Stop):
            self._stop_reason = self.verdict.reason

    def _look(self, now_ns: int) -> None:
        if not self._sensors:
            return
        block, tool = self.simulation.block_pose(), self.simulation.tcp_pose().position
        for sensor in self._sensors:
            sensor.observe(now_ns, block, tool)


def require_step_rate(rate_hz: float) -> None:
    """Refuse a policy of another rate than the environment's 10 Hz."""
    if round(1e9 / rate_hz) != STEP_NS:
        raise SimulationError(f"the policy runs at {rate_hz} Hz, the environment steps at {1e9 / STEP_NS:g} Hz")

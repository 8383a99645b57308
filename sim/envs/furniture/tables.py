"""FurnitureBench's tables as tensors on the simulator's device; nothing here leaves it.

Facts of ankile/furniture-bench (MIT), the copy with which DPPO was trained: `reset` takes the worlds to begin anew and
draws from torch's generators, `step` always moves all worlds, `already_assembled` remembers pairs of parts, the reward
tells of pairs newly joined, at most 1 a step. What differs here: two pairs joined at once are worth 2; the gripper
forgets its last command at a reset. Like all that runs beside Isaac Gym, this file is also read by Python 3.8.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import torch
from torch import Tensor

from sim.envs.furniture.rotations import columns_from_quaternion, rows_from_columns

if TYPE_CHECKING:
    from typing import TypedDict

    from isaacgym import gymapi

    class Seen(TypedDict):
        """What the simulator shows of N worlds.

        robot_state: (N, 14), hand's position [m], quaternion xyzw, velocities [m/s, rad/s], fingers' distance [m].
        parts_poses: (N, 7 p), position [m] and quaternion xyzw of the parts and of the obstacle.
        """

        robot_state: Tensor
        parts_poses: Tensor


ACTION_SIZE = 10
OPEN = -1.0
"""What tells the gripper to open; 1 closes it."""


class Simulator(Protocol):
    """What is used of furniture_bench's FurnitureRLSimEnv, made for 6-number rotations and absolute positions."""

    num_envs: int
    device: torch.device
    isaac_gym: gymapi.Gym
    sim: gymapi.Sim
    sim_steps: int
    env_steps: Tensor
    last_grasp: Tensor
    already_assembled: Tensor

    def reset(self, env_idxs: Tensor) -> Seen:
        """Begin anew in the worlds `env_idxs` (n,)."""
        ...

    def step(self, action: Tensor) -> tuple[Seen, Tensor, Tensor, dict[str, bool]]:
        """Move all worlds by `action` (N, 10); return what is seen, rewards (N, 1), done (N, 1)."""
        ...


@dataclass(frozen=True, eq=False)
class Results:
    """What a step did: frames (N, d), rewards (N,), terminated (N,) and succeeded (N,)."""

    frames: Tensor
    rewards: Tensor
    terminated: Tensor
    succeeded: Tensor


class Tables:
    """N worlds of one simulator. A frame is the hand's pose, velocities and fingers, then the parts' poses."""

    def __init__(self, simulator: Simulator, step_limit: int) -> None:
        """Use `simulator`, whose episodes are cut off after `step_limit` steps."""
        self._simulator, self._step_limit = simulator, step_limit
        self.count, self.device = simulator.num_envs, simulator.device
        everywhere = torch.ones(self.count, dtype=torch.bool, device=self.device)
        self._hold = torch.zeros(self.count, ACTION_SIZE, device=self.device)
        self._frames = torch.zeros(0)
        self.frame_size = self.reset(everywhere, 0).shape[1]

    @property
    def rate_hz(self) -> float:
        """Steps a simulated second."""
        parameters = self._simulator.isaac_gym.get_sim_params(self._simulator.sim)
        return 1.0 / (cast("gymapi.SimParams", parameters).dt * self._simulator.sim_steps)

    def reset(self, which: Tensor, seed: int) -> Tensor:
        """Begin an episode in the worlds of `which` (N,); return all frames (N, d).

        `seed` decides what is drawn for all of them together. PhysX on a GPU repeats itself only nearly, and one of its
        steps passes in the other worlds too.
        """
        devices = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(devices):
            torch.manual_seed(seed)
            frames = frames_of(self._simulator.reset(which.nonzero().squeeze(1)))
        self._simulator.last_grasp[which] = OPEN
        self._hold[which, -1] = OPEN
        self._frames = torch.where(which[:, None], frames, self._frames) if len(self._frames) else frames
        self._stay(which)
        return self._frames

    def step(self, actions: Tensor, active: Tensor) -> Results:
        """Move the worlds of `active` (N,) by `actions` (N, 10): the others hold their pose, and are seen as before.

        Where time is up, the simulator calls an episode done although its task has not ended: not so here.
        """
        before = self._simulator.already_assembled.clone()
        commands = torch.where(active[:, None], actions, self._hold)
        seen, _, done, _ = self._simulator.step(furniture_action(commands))
        assembled = self._simulator.already_assembled
        self._frames = torch.where(active[:, None], frames_of(seen), self._frames)
        self._hold[active, -1] = actions[active, -1]
        self._stay(active)
        succeeded = assembled.all(dim=1)
        in_time = self._simulator.env_steps.flatten() < self._step_limit
        terminated = done.flatten().bool() & (succeeded | in_time)
        rewards = (assembled & ~before).sum(dim=1).float()
        return Results(self._frames, rewards * active, terminated & active, succeeded)

    def _stay(self, which: Tensor) -> None:
        """Remember where the hands of `which` are, to hold them there; the gripper keeps what it was told."""
        self._hold[which, :9] = self._frames[which, :9]


def frames_of(seen: Seen) -> Tensor:
    """Return frames (N, 16 + 7 p), the hand's rotation as six numbers."""
    robot = seen["robot_state"]
    rotation = columns_from_quaternion(robot[:, 3:7])
    return torch.cat([robot[:, :3], rotation, robot[:, 7:], seen["parts_poses"]], dim=1)


def furniture_action(actions: Tensor) -> Tensor:
    """Return actions (N, 10) as the simulator takes them, the rotation by rows."""
    return torch.cat([actions[:, :3], rows_from_columns(actions[:, 3:9]), actions[:, 9:]], dim=1)

"""A simulator that keeps Isaac Gym's promises and has no physics: hands go where they are sent at once."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor

from diffpol_ros.core.spatial import quaternion_from_matrix

if TYPE_CHECKING:
    from isaacgym import gymapi

    from sim.envs.furniture.tables import Seen

JOINED_BEYOND = (0.5, 0.6)
"""A pair of parts is joined once the hand has been beyond this x [m]."""


class FakeGym:
    """What is asked of gymapi.Gym."""

    def get_sim_params(self, sim: object) -> SimpleNamespace:
        return SimpleNamespace(dt=1 / 60)


class FakeSimulator:
    """N worlds with `pairs` pairs to join; like FurnitureBench's it calls an episode done when time is up, too."""

    sim_steps = 6

    def __init__(self, count: int, parts: int = 5, pairs: int = 1, step_limit: int = 10) -> None:
        self.num_envs, self.device = count, torch.device("cpu")
        self.isaac_gym = cast("gymapi.Gym", FakeGym())
        self.sim = cast("gymapi.Sim", None)
        self.env_steps = torch.zeros(count, dtype=torch.int32)
        self.last_grasp = torch.zeros(count)
        self.already_assembled = torch.zeros(count, pairs, dtype=torch.bool)
        self.actions = torch.zeros(count, 10)
        self.hands, self.quaternions = torch.zeros(count, 3), torch.tensor([0.0, 0.0, 0.0, 1.0]).repeat(count, 1)
        self.parts = torch.zeros(count, 7 * (parts + 1))
        self._step_limit = step_limit

    def reset(self, env_idxs: Tensor) -> "Seen":
        assert env_idxs.numel() > 0
        self.hands[env_idxs] = torch.rand(len(env_idxs), 3) * 0.1
        self.quaternions[env_idxs] = torch.tensor([0.0, 0.0, 0.0, 1.0])
        self.already_assembled[env_idxs] = False
        self.env_steps[env_idxs] = 0
        return self._seen()

    def step(self, action: Tensor) -> "tuple[Seen, Tensor, Tensor, dict[str, bool]]":
        assert action.shape == (self.num_envs, 10)
        self.actions, self.last_grasp = action.clone(), action[:, -1].clone()
        self.hands = action[:, :3].clone()
        self.quaternions = torch.stack([_quaternion(rows) for rows in action[:, 3:9]])
        before = self.already_assembled.clone()
        thresholds = torch.tensor(JOINED_BEYOND[: self.already_assembled.shape[1]])
        self.already_assembled |= self.hands[:, :1] > thresholds
        self.env_steps += 1
        newly = (self.already_assembled & ~before).any(dim=1, keepdim=True).float()
        done = self.already_assembled.all(dim=1) | (self.env_steps >= self._step_limit)
        return self._seen(), newly, done[:, None], {"obs_success": True}

    def _seen(self) -> "Seen":
        count = self.num_envs
        robot = torch.cat([self.hands, self.quaternions, torch.zeros(count, 6), torch.full((count, 1), 0.08)], dim=1)
        return {"robot_state": robot, "parts_poses": self.parts.clone()}


def _quaternion(rows: Tensor) -> Tensor:
    first, second = rows[:3], rows[3:]
    matrix = torch.stack([first, second, torch.linalg.cross(first, second)]).double().numpy()
    return torch.from_numpy(quaternion_from_matrix(matrix)).float()

"""Between the raw numbers of worlds and the normalised ones of a policy."""

import torch
from torch import Tensor

from diffpol_ros.policy.normalizer import Normalizer
from sim.data.limits import FittedLimits
from sim.envs.worlds import Vectors


class Units:
    """Normalises observations and turns a policy's actions back, as the robot does."""

    def __init__(self, limits: FittedLimits, history_steps: int, device: torch.device) -> None:
        """`limits` are of one frame; an observation has `history_steps` (T_o) of them."""
        self._observation = Normalizer(limits.observation, history_steps)
        self._action = Normalizer(limits.action)
        self._device = device

    def observations(self, raw: Vectors) -> Tensor:
        """Return normalised observations (N, T_o * d) on the policy's device."""
        return torch.from_numpy(self._observation.normalize(raw)).to(self._device)

    def actions(self, normalised: Tensor) -> Vectors:
        """Return raw actions (N, T_a, a)."""
        return self._action.denormalize(normalised.cpu().numpy())

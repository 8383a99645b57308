"""The file that UpdateController carries."""

import torch
from torch import Tensor, nn


class JointTargetUpdate(nn.Module):
    """Its forward gives the parameters for a controller's `update`."""

    joint_pos_desired: Tensor
    decided_at: Tensor
    stiffness_scale: Tensor

    def __init__(self, target: Tensor) -> None:
        """Carry `target` (7,) [rad], decided nobody knows when, at full stiffness."""
        super().__init__()
        self.register_buffer("joint_pos_desired", target.to(torch.float32).clone())
        self.register_buffer("decided_at", torch.tensor([-1.0, -1.0]))
        self.register_buffer("stiffness_scale", torch.ones(1))

    def forward(self) -> dict[str, Tensor]:
        """Return the new parameters."""
        return {
            "joint_pos_desired": self.joint_pos_desired,
            "decided_at": self.decided_at,
            "stiffness_scale": self.stiffness_scale,
        }

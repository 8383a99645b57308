"""The joint impedance law as TorchScript made of plain tensor operations, so that any Polymetis server loads it."""

import torch
from torch import Tensor, nn

from diffpol_ros.core.robot_description import DenavitHartenberg
from diffpol_ros.robots.polymetis.settings import PolymetisSettings


class JointImpedance(nn.Module):
    """tau = (J^T Kx J + Kq)(q_d - q) - (J^T Kxd J + Kqd) qdot.

    J is the Jacobian of panda_link8, as in Polymetis's own hybrid joint impedance controller.

    Polymetis adds a Coriolis term here. It is left out: it needs the arm's inertias, hence the Pinocchio class that
    only Polymetis's build of torch knows, and at the joint speeds that the gate lets through it stays far below the
    torque that a few milliradians of tracking error ask for. Gravity is compensated by the robot itself.
    """

    joint_pos_desired: Tensor
    joint_stiffness: Tensor
    joint_damping: Tensor
    cartesian_stiffness: Tensor
    cartesian_damping: Tensor
    link_constant: Tensor
    link_cosine: Tensor
    link_sine: Tensor
    flange: Tensor

    def __init__(self, geometry: DenavitHartenberg, gains: PolymetisSettings, target: Tensor) -> None:
        """Hold `target` (7,) [rad]."""
        super().__init__()
        self.register_buffer("joint_pos_desired", target.to(torch.float32).clone())
        self.register_buffer("joint_stiffness", torch.tensor(gains.joint_stiffness))
        self.register_buffer("joint_damping", torch.tensor(gains.joint_damping))
        self.register_buffer("cartesian_stiffness", torch.tensor(gains.cartesian_stiffness))
        self.register_buffer("cartesian_damping", torch.tensor(gains.cartesian_damping))
        constant, cosine, sine = _link_terms(geometry)
        self.register_buffer("link_constant", constant)
        self.register_buffer("link_cosine", cosine)
        self.register_buffer("link_sine", sine)
        self.register_buffer("flange", torch.tensor([0.0, 0.0, geometry.flange, 1.0]))

    def jacobian(self, positions: Tensor) -> Tensor:
        """Return the (6, 7) Jacobian of panda_link8 in the base frame at `positions` (7,) [rad]."""
        angles = positions.reshape(7, 1, 1)
        links = self.link_constant + self.link_cosine * torch.cos(angles) + self.link_sine * torch.sin(angles)
        frame = links[0]
        frames = [frame]
        for link in range(1, 7):
            frame = torch.matmul(frame, links[link])
            frames.append(frame)
        chain = torch.stack(frames)
        axes, origins = chain[:, :3, 2], chain[:, :3, 3]
        end = torch.matmul(frame, self.flange)[:3]
        linear = torch.cross(axes, end.reshape(1, 3) - origins, dim=1)
        return torch.cat([linear, axes], dim=1).t()

    def forward(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return `joint_torques` (7,) [Nm] from `joint_positions` [rad] and `joint_velocities` [rad/s]."""
        positions, velocities = state["joint_positions"], state["joint_velocities"]
        jacobian = self.jacobian(positions)
        error = self.joint_pos_desired - positions
        stiff = self.cartesian_stiffness * torch.mv(jacobian, error)
        damp = self.cartesian_damping * torch.mv(jacobian, velocities)
        joint = self.joint_stiffness * error - self.joint_damping * velocities
        return {"joint_torques": torch.mv(jacobian.t(), stiff - damp) + joint}

    @torch.jit.export
    def update(self, parameters: dict[str, Tensor]) -> None:
        """Pull towards `joint_pos_desired` (7,) [rad] from the next tick on."""
        target = parameters["joint_pos_desired"]
        assert target.dim() == 1 and target.size(0) == 7, "joint_pos_desired must have 7 entries"
        assert bool(torch.isfinite(target).all()), "joint_pos_desired must be finite"
        self.joint_pos_desired.copy_(target)

    @torch.jit.export
    def is_terminated(self) -> bool:
        """Return False: it runs until another controller or TerminateController ends it."""
        return False

    @torch.jit.export
    def reset(self) -> None:
        """Do nothing: the law has no memory but its target."""
        return


class JointTargetUpdate(nn.Module):
    """The file that UpdateController carries: its forward gives the parameters for `update`."""

    joint_pos_desired: Tensor

    def __init__(self, target: Tensor) -> None:
        """Carry `target` (7,) [rad]."""
        super().__init__()
        self.register_buffer("joint_pos_desired", target.to(torch.float32).clone())

    def forward(self) -> dict[str, Tensor]:
        """Return the new parameters."""
        return {"joint_pos_desired": self.joint_pos_desired}


def _link_terms(geometry: DenavitHartenberg) -> tuple[Tensor, Tensor, Tensor]:
    """Return (7, 4, 4) matrices so that link i is `constant + cosine * cos(q) + sine * sin(q)`."""
    constant, cosine, sine = torch.zeros(7, 4, 4), torch.zeros(7, 4, 4), torch.zeros(7, 4, 4)
    for link, (a, d, alpha) in enumerate(zip(geometry.a, geometry.d, geometry.alpha, strict=True)):
        ca, sa = torch.cos(torch.tensor(alpha)), torch.sin(torch.tensor(alpha))
        cosine[link, :3, 0] = torch.tensor([1.0, 0.0, 0.0])
        cosine[link, :3, 1] = torch.stack([torch.tensor(0.0), ca, sa])
        sine[link, :3, 0] = torch.stack([torch.tensor(0.0), ca, sa])
        sine[link, :3, 1] = torch.tensor([-1.0, 0.0, 0.0])
        constant[link, :3, 2] = torch.stack([torch.tensor(0.0), -sa, ca])
        constant[link, :3, 3] = torch.stack([torch.tensor(a), -sa * d, ca * d])
        constant[link, 3, 3] = 1.0
    return constant, cosine, sine

"""The impedance laws as TorchScript made of plain tensor operations, so that any Polymetis server loads them.

They add what makes a law safe to switch on: the stiffness comes in slowly, torques are limited, a measurement that is
not finite leaves only damping, and an update that was under way for too long is dropped. diffpol_ros.twin has the same
in numpy.

Polymetis adds a Coriolis term. It is left out: it needs the arm's inertias, hence the Pinocchio class that only
Polymetis's build of torch knows, and at the joint speeds that the gate lets through it stays far below the torque that
a few milliradians of tracking error ask for. Gravity is compensated by the robot itself.
"""

import torch
from torch import Tensor, nn

from diffpol_ros.core.robot_description import DenavitHartenberg, JointLimits
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import (
    FIRST_STIFFNESS,
    LONGEST_TICK,
    OLDEST_UPDATE,
    SECONDS_WRAP,
)
from sim.controllers.geometry import link_terms


class JointImpedance(nn.Module):
    """tau = Kq (q_d - q) - Kqd qdot."""

    joint_pos_desired: Tensor
    joint_stiffness: Tensor
    joint_damping: Tensor
    torque_limits: Tensor
    stiffness_scale: Tensor
    soft_start: Tensor
    stiffness: float
    ticked: bool
    seconds: int
    nanoseconds: int
    first_stiffness: float
    longest_tick: float
    oldest_update: float
    seconds_wrap: int

    def __init__(self, limits: JointLimits, settings: PolymetisSettings, target: Tensor) -> None:
        """Hold `target` (7,) [rad]."""
        super().__init__()
        self.register_buffer("joint_pos_desired", target.to(torch.float32).clone())
        self.register_buffer("joint_stiffness", torch.tensor(settings.joint_stiffness))
        self.register_buffer("joint_damping", torch.tensor(settings.joint_damping))
        self.register_buffer("torque_limits", torch.tensor(limits.torque))
        self.register_buffer("stiffness_scale", torch.tensor([settings.stiffness_scale]))
        self.register_buffer("soft_start", torch.tensor([settings.soft_start]))
        self.first_stiffness, self.longest_tick = FIRST_STIFFNESS, LONGEST_TICK
        self.oldest_update, self.seconds_wrap = OLDEST_UPDATE, SECONDS_WRAP
        self.stiffness, self.ticked, self.seconds, self.nanoseconds = FIRST_STIFFNESS, False, 0, 0

    def forward(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return `joint_torques` (7,) [Nm] from `joint_positions` [rad] and `joint_velocities` [rad/s].

        `timestamp` (2,) is the tick's [s] and [ns].
        """
        self.ramp(int(state["timestamp"][0]), int(state["timestamp"][1]))
        positions, velocities = state["joint_positions"], state["joint_velocities"]
        torques = self.law(self.stiffness * (self.joint_pos_desired - positions), positions, velocities)
        if not bool(torch.isfinite(torques).all()):
            blind = torch.where(torch.isfinite(velocities), velocities, torch.zeros_like(velocities))
            torques = -self.joint_damping * blind
        return {"joint_torques": torch.minimum(torch.maximum(torques, -self.torque_limits), self.torque_limits)}

    def law(self, error: Tensor, positions: Tensor, velocities: Tensor) -> Tensor:
        """Return the torques (7,) [Nm] for a position `error` (7,) [rad], already weakened by the soft start."""
        return self.joint_stiffness * error - self.joint_damping * velocities

    def ramp(self, seconds: int, nanoseconds: int) -> None:
        """Move the share of the stiffness towards `stiffness_scale`, by how much time passed since the last tick."""
        passed = 0.0
        if self.ticked:
            passed = float(seconds - self.seconds) + 1e-9 * float(nanoseconds - self.nanoseconds)
        self.ticked, self.seconds, self.nanoseconds = True, seconds, nanoseconds
        step = min(max(passed, 0.0), self.longest_tick) / float(self.soft_start)
        self.stiffness += min(max(float(self.stiffness_scale) - self.stiffness, -step), step)

    @torch.jit.export
    def update(self, parameters: dict[str, Tensor]) -> None:
        """Pull towards `joint_pos_desired` (7,) [rad] from the next tick on.

        `decided_at` (2,), where it is given, is when that was decided in the robot's time: [s] without what is above
        `SECONDS_WRAP`, and the rest [s]. `stiffness_scale` (1,), where it is given, is the new share of the stiffness.
        """
        target = parameters["joint_pos_desired"]
        assert target.dim() == 1 and target.size(0) == 7, "joint_pos_desired must have 7 entries"
        assert bool(torch.isfinite(target).all()), "joint_pos_desired must be finite"
        if "decided_at" in parameters and self.age(parameters["decided_at"]) > self.oldest_update:
            return
        if "stiffness_scale" in parameters:
            scale = float(parameters["stiffness_scale"])
            assert scale >= 0.0 and scale <= 1.0, "stiffness_scale must be 0 to 1"
            self.stiffness_scale.copy_(parameters["stiffness_scale"])
        self.joint_pos_desired.copy_(target)

    def age(self, decided_at: Tensor) -> float:
        """Return how long before the last tick an update was decided [s]; 0 where that is unknown."""
        if not self.ticked or float(decided_at[0]) < 0.0:
            return 0.0
        seconds = float(self.seconds % self.seconds_wrap) - float(decided_at[0])
        if seconds < -0.5 * self.seconds_wrap:
            seconds += float(self.seconds_wrap)
        return seconds + 1e-9 * float(self.nanoseconds) - float(decided_at[1])

    @torch.jit.export
    def is_terminated(self) -> bool:
        """Return False: it runs until another controller or TerminateController ends it."""
        return False

    @torch.jit.export
    def reset(self) -> None:
        """Begin softly again."""
        self.stiffness, self.ticked = self.first_stiffness, False


class HybridImpedance(JointImpedance):
    """tau = (J^T Kx J + Kq)(q_d - q) - (J^T Kxd J + Kqd) qdot.

    J is the Jacobian of panda_link8, as in Polymetis's own hybrid joint impedance controller.
    """

    cartesian_stiffness: Tensor
    cartesian_damping: Tensor
    link_constant: Tensor
    link_cosine: Tensor
    link_sine: Tensor
    flange: Tensor

    def __init__(
        self, limits: JointLimits, settings: PolymetisSettings, target: Tensor, geometry: DenavitHartenberg
    ) -> None:
        """Hold `target` (7,) [rad]."""
        super().__init__(limits, settings, target)
        self.register_buffer("cartesian_stiffness", torch.tensor(settings.cartesian_stiffness))
        self.register_buffer("cartesian_damping", torch.tensor(settings.cartesian_damping))
        constant, cosine, sine = link_terms(geometry)
        self.register_buffer("link_constant", constant)
        self.register_buffer("link_cosine", cosine)
        self.register_buffer("link_sine", sine)
        self.register_buffer("flange", torch.tensor([0.0, 0.0, geometry.flange, 1.0]))

    def law(self, error: Tensor, positions: Tensor, velocities: Tensor) -> Tensor:
        """Return the torques (7,) [Nm] for a position `error` (7,) [rad], already weakened by the soft start."""
        jacobian = self.jacobian(positions)
        stiff = self.cartesian_stiffness * torch.mv(jacobian, error)
        damp = self.cartesian_damping * torch.mv(jacobian, velocities)
        joint = self.joint_stiffness * error - self.joint_damping * velocities
        return torch.mv(jacobian.t(), stiff - damp) + joint

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

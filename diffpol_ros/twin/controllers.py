"""Controllers that the twin runs: the project's own natively, any other through torch where it is installed."""

from typing import Protocol

import numpy as np

from diffpol_ros.core.robot_description import JOINTS
from diffpol_ros.core.types import Array
from diffpol_ros.robots.polymetis.messages import MODEL_BYTES
from diffpol_ros.robots.polymetis.stored_controllers import HYBRID_LAW, JOINT_LAW
from diffpol_ros.robots.polymetis.torchscript_archive import JOINT_TARGET, ArchiveError, TorchScriptArchive
from diffpol_ros.twin.controller_error import ControllerError
from diffpol_ros.twin.impedance import FRANKA_GAINS, ImpedanceGains, ImpedanceLaw
from diffpol_ros.twin.plant import Law, PlantState
from diffpol_ros.twin.soft_impedance import SoftImpedance

NO_CARTESIAN = np.zeros(6)


class Controller(Law, Protocol):
    """A law that Polymetis's server can update and that may end by itself."""

    def update(self, content: bytes) -> None:
        """Take the parameters of an UpdateController file."""
        ...

    def is_terminated(self) -> bool:
        """Return whether it has ended."""
        ...

    def reset(self) -> None:
        """Forget what was measured."""
        ...


class NativeController:
    """One of the project's impedance controllers, without torch."""

    def __init__(self, archive: TorchScriptArchive) -> None:
        """Take gains, limits and target from the file."""
        cartesian = archive.law == HYBRID_LAW
        try:
            gains = ImpedanceGains(
                joint_stiffness=archive.read("joint_stiffness"),
                joint_damping=archive.read("joint_damping"),
                cartesian_stiffness=archive.read("cartesian_stiffness") if cartesian else NO_CARTESIAN,
                cartesian_damping=archive.read("cartesian_damping") if cartesian else NO_CARTESIAN,
            )
            self.law = SoftImpedance(
                _joint_target(archive.read(JOINT_TARGET)),
                gains,
                archive.read("torque_limits"),
                _number(archive.read("soft_start")),
                _number(archive.read("stiffness_scale")),
            )
        except ValueError as error:
            raise ControllerError(f"{archive.source}: {error}") from error

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        """Return the torques (7,) [Nm]; see `Law`."""
        return self.law.torques(stamp_ns, positions, velocities, jacobian)

    def update(self, content: bytes) -> None:
        """Take the target of an update file, and the stiffness, unless it was on its way for too long."""
        archive = read_project_archive(content, "update")
        if archive is None:
            self.law.set_target(_joint_target(_foreign_target(content)))
            return
        target = _joint_target(archive.read(JOINT_TARGET))
        if "decided_at" not in archive.tensors:
            self.law.set_target(target)
        elif not self.law.is_late(archive.read("decided_at")):
            self._follow(target, _number(archive.read("stiffness_scale")))

    def is_terminated(self) -> bool:
        """Return False: it runs until it is replaced."""
        return False

    def reset(self) -> None:
        """Begin softly again."""
        self.law.reset()

    def _follow(self, target: Array, stiffness_scale: float) -> None:
        try:
            self.law.set_target(target, stiffness_scale)
        except ValueError as error:
            raise ControllerError(f"Failed to update controller: {error}") from error


class HoldingController:
    """The server's default: a joint impedance that holds where it first measured the arm."""

    def __init__(self) -> None:
        """Hold nothing yet."""
        self._law: ImpedanceLaw | None = None
        self._gains = ImpedanceGains(
            FRANKA_GAINS.joint_stiffness, FRANKA_GAINS.joint_damping, NO_CARTESIAN, NO_CARTESIAN
        )

    def torques(self, stamp_ns: int, positions: Array, velocities: Array, jacobian: Array) -> Array:
        """Return the torques (7,) [Nm]; see `Law`."""
        if self._law is None:
            self._law = ImpedanceLaw(positions, self._gains)
        return self._law.torques(stamp_ns, positions, velocities, jacobian)

    def update(self, content: bytes) -> None:
        """Refuse: Polymetis never updates its default controller."""
        raise ControllerError("the default controller takes no updates")

    def is_terminated(self) -> bool:
        """Return False: there is nothing after it."""
        return False

    def reset(self) -> None:
        """Hold where the next measurement finds the arm."""
        self._law = None


def load_controller(content: bytes, state: PlantState) -> Controller:
    """Return the controller of a SetController file; `state` warms it up."""
    if len(content) > MODEL_BYTES:
        raise ControllerError(f"the controller has {len(content)} bytes, at most {MODEL_BYTES} are taken")
    archive = read_project_archive(content, "controller")
    if archive is None:
        from diffpol_ros.twin.torchscript import TorchScriptController

        return TorchScriptController(content, state)
    if archive.law not in (JOINT_LAW, HYBRID_LAW):
        raise ControllerError(f"the twin knows the laws {JOINT_LAW} and {HYBRID_LAW}, not {archive.law}")
    return NativeController(archive)


def read_project_archive(content: bytes, source: str) -> TorchScriptArchive | None:
    """Return the file where it is one of the project's own, else None."""
    try:
        return TorchScriptArchive(content, source)
    except ArchiveError:
        return None


def _joint_target(target: Array) -> Array:
    if target.shape != (JOINTS,) or not np.isfinite(target).all():
        raise ControllerError(f"{JOINT_TARGET} is {target.tolist()}, expected {JOINTS} finite numbers")
    return target


def _number(tensor: Array) -> float:
    if tensor.shape != (1,):
        raise ControllerError(f"{tensor.tolist()} was given for one number")
    return float(tensor[0])


def _foreign_target(content: bytes) -> Array:
    """Return the joint target of an update that another client made."""
    from diffpol_ros.twin.torchscript import load_parameters

    parameters = load_parameters(content)
    if JOINT_TARGET not in parameters:
        raise ControllerError(f"the update has {', '.join(parameters)}, expected {JOINT_TARGET}")
    return np.asarray(parameters[JOINT_TARGET].tolist(), dtype=np.float64)

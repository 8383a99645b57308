"""The stored TorchScript files: the impedance controller and the update of its target."""

from pathlib import Path

from diffpol_ros.core.types import Array
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.torchscript_archive import JOINT_TARGET, TorchScriptArchive

CONTROLLER_FOLDER = Path(__file__).parent / "controllers"
CONTROLLER_FILE = "joint_impedance.torchscript"
UPDATE_FILE = "joint_target.torchscript"
IMPEDANCE_LAW = "joint_impedance"


class StoredControllers:
    """Makes the bytes that SetController and UpdateController carry."""

    def __init__(self, gains: PolymetisSettings, folder: Path = CONTROLLER_FOLDER) -> None:
        """Read both files of `folder`."""
        self._controller = TorchScriptArchive.load(folder / CONTROLLER_FILE)
        self._update = TorchScriptArchive.load(folder / UPDATE_FILE)
        self._gains = {
            "joint_stiffness": gains.joint_stiffness,
            "joint_damping": gains.joint_damping,
            "cartesian_stiffness": gains.cartesian_stiffness,
            "cartesian_damping": gains.cartesian_damping,
        }

    def controller(self, target: Array) -> bytes:
        """Return the controller with the robot's gains, holding `target` (7,) [rad]."""
        return self._controller.patched({**self._gains, JOINT_TARGET: target})

    def update(self, target: Array) -> bytes:
        """Return the update that moves the controller's target to `target` (7,) [rad]."""
        return self._update.patched({JOINT_TARGET: target})

"""The stored TorchScript files: the impedance controllers and the update of their target."""

from pathlib import Path

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.robot_description import JointLimits
from diffpol_ros.core.types import Array
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.torchscript_archive import JOINT_TARGET, TorchScriptArchive

CONTROLLER_FOLDER = Path(__file__).parent / "controllers"
JOINT_LAW = "joint_impedance"
HYBRID_LAW = "hybrid_impedance"
UPDATE_LAW = "joint_target"
LAWS = {"joint": JOINT_LAW, "hybrid": HYBRID_LAW}

# Share of the stiffness that a controller begins with.
FIRST_STIFFNESS = 0.1
# However far apart two ticks are, the stiffness grows as in one of at most this [s].
LONGEST_TICK = 0.005
# An update that was decided longer ago than this [s] was stuck on its way: the controller drops it.
OLDEST_UPDATE = 0.2
# Updates tell the time by single precision numbers: whole seconds begin anew at this.
SECONDS_WRAP = 65536


def stored_file(law: str, folder: Path = CONTROLLER_FOLDER) -> Path:
    """Return where the controller or update of `law` is stored."""
    return folder / f"{law}.torchscript"


def split_stamp(stamp_ns: int) -> tuple[float, float]:
    """Return a stamp [ns] as an update carries it: wrapped whole seconds, and the rest [s]."""
    seconds, nanoseconds = divmod(stamp_ns, NANOSECONDS)
    return float(seconds % SECONDS_WRAP), nanoseconds / NANOSECONDS


class StoredControllers:
    """Makes the bytes that SetController and UpdateController carry."""

    def __init__(self, settings: PolymetisSettings, limits: JointLimits, folder: Path = CONTROLLER_FOLDER) -> None:
        """Read the files of `folder` that `settings` ask for."""
        self._controller = TorchScriptArchive.load(stored_file(LAWS[settings.controller], folder))
        self._update = TorchScriptArchive.load(stored_file(UPDATE_LAW, folder))
        chosen = {
            "joint_stiffness": settings.joint_stiffness,
            "joint_damping": settings.joint_damping,
            "cartesian_stiffness": settings.cartesian_stiffness,
            "cartesian_damping": settings.cartesian_damping,
            "torque_limits": limits.torque,
            "stiffness_scale": (settings.stiffness_scale,),
            "soft_start": (settings.soft_start,),
        }
        self._chosen = {name: numbers for name, numbers in chosen.items() if name in self._controller.tensors}

    def controller(self, target: Array) -> bytes:
        """Return the controller with the robot's gains and torque limits, holding `target` (7,) [rad]."""
        return self._controller.patched({**self._chosen, JOINT_TARGET: target})

    def update(self, target: Array, stiffness_scale: float = 1.0, decided_ns: int | None = None) -> bytes:
        """Return the update that moves the target to `target` (7,) [rad], decided at `decided_ns` of the robot [ns]."""
        decided_at = {} if decided_ns is None else {"decided_at": split_stamp(decided_ns)}
        return self._update.patched({JOINT_TARGET: target, "stiffness_scale": (stiffness_scale,), **decided_at})

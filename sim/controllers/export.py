"""Store the controllers that `diffpol_ros.robots.polymetis` sends: `python -m sim.controllers.export`."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import torch
import tyro
from torch import nn

from diffpol_ros.core.robot_description import RobotDescription, load_robot_description
from diffpol_ros.robots.polymetis.settings import PolymetisSettings
from diffpol_ros.robots.polymetis.stored_controllers import (
    CONTROLLER_FOLDER,
    HYBRID_LAW,
    JOINT_LAW,
    UPDATE_LAW,
    stored_file,
)
from diffpol_ros.robots.polymetis.torchscript_archive import DESCRIPTION_ENTRY
from sim.controllers.impedance import HybridImpedance, JointImpedance
from sim.controllers.update import JointTargetUpdate

PATCHABLE = (
    *("joint_pos_desired", "joint_stiffness", "joint_damping", "cartesian_stiffness", "cartesian_damping"),
    *("torque_limits", "stiffness_scale", "soft_start", "decided_at"),
)


@dataclass(frozen=True)
class Arguments:
    """Where to put what."""

    robot: str = "panda"
    """robot in calibration/robots whose geometry and gains go into the controller"""
    output: Path = CONTROLLER_FOLDER
    """folder of the stored files"""


def archive_of(module: nn.Module, law: str) -> bytes:
    """Return `module` as a TorchScript file that names its law, its gains and the entries of its tensors."""
    scripted = torch.jit.script(module)
    present = {name: tensor for name, tensor in module.named_buffers() if name in PATCHABLE}
    entries = _tensor_entries(_saved(scripted, b"{}"), present)
    numbers = {name: tensor.tolist() for name, tensor in present.items()}
    description = {"law": law, "end_effector": "panda_link8", "tensors": entries, "stored": numbers}
    return _without_debug(_saved(scripted, json.dumps(description).encode()))


def _saved(scripted: torch.jit.ScriptModule, description: bytes) -> bytes:
    buffer = io.BytesIO()
    torch.jit.save(scripted, buffer, _extra_files={Path(DESCRIPTION_ENTRY).name: description})
    return buffer.getvalue()


def _tensor_entries(content: bytes, tensors: dict[str, torch.Tensor]) -> dict[str, str]:
    """Return for each tensor the one entry that holds its bytes."""
    entries = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name, tensor in tensors.items():
            data = tensor.numpy().astype("<f4").tobytes()
            matches = [entry for entry in archive.namelist() if "/data/" in entry and archive.read(entry) == data]
            if len(matches) != 1:
                raise ValueError(f"{name}: {len(matches)} entries hold its numbers, expected one")
            entries[name] = matches[0].partition("/")[2]
    return entries


def _without_debug(content: bytes) -> bytes:
    """Return the archive without the source positions, which name paths of the machine that wrote it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                plain = zipfile.ZipInfo(entry.filename)
                plain.compress_type = entry.compress_type
                new.writestr(plain, old.read(entry))
    return buffer.getvalue()


def module_of(law: str, description: RobotDescription) -> nn.Module:
    """Return the module of a controller or an update, holding the robot's home."""
    home, limits = torch.tensor(description.home), description.limits
    settings = description.backend.settings.read(PolymetisSettings)
    if law == UPDATE_LAW:
        return JointTargetUpdate(home)
    if law == JOINT_LAW:
        return JointImpedance(limits, settings, home)
    return HybridImpedance(limits, settings, home, description.kinematics)


def stored_archive(law: str, description: RobotDescription) -> bytes:
    """Return the file of a controller or an update."""
    return archive_of(module_of(law, description), law)


def main() -> None:
    """Write the files."""
    arguments = tyro.cli(Arguments, description=__doc__)
    description = load_robot_description(arguments.robot)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for law in (JOINT_LAW, HYBRID_LAW, UPDATE_LAW):
        stored_file(law, arguments.output).write_bytes(stored_archive(law, description))


if __name__ == "__main__":
    main()

"""Writes camera calibrations: signed, with the old file kept beside the new one."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.settings import load_settings
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration, PoseSettings
from diffpol_ros.estimation.lens import distorted, undistorted

HEADING = "# Written by `diffpol calibrate`; after editing it, run `diffpol calibrate sign` on this file.\n"
GRID = 9
HARMLESS_PX = 0.5
REAL_PX = 0.1


def write_camera(camera: CameraCalibration, path: Path) -> Path | None:
    """Write a signed file; return where the old one was kept, if there was one."""
    text = HEADING + _text(replace(camera, sha256=camera.digest))
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = _keep(path) if path.exists() else None
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
    return kept


def sign(path: Path) -> str:
    """Write the hash of a file's content into it, and leave all else as it stands; return the hash."""
    camera = load_settings(CameraCalibration, path)
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("sha256:")]
    path.write_text("\n".join([*lines, f"sha256: {camera.digest}", ""]), encoding="utf-8")
    return camera.digest


def placed_at(camera: CameraCalibration, pose: Pose, mount: str) -> CameraCalibration:
    """Return a camera whose optical frame is at `pose` in the frame of its mount ("base" or "end_effector")."""
    x, y, z = pose.position.tolist()
    qx, qy, qz, qw = pose.quaternion.tolist()
    return replace(camera, pose=PoseSettings((x, y, z), (qx, qy, qz, qw)), mount=mount)


def with_lens(old: CameraCalibration, new: CameraCalibration) -> CameraCalibration:
    """Return `new` with the place, mount and clock that `old` knows."""
    told = {name: getattr(old, name) for name in ("pose", "mount", "time_offset")}
    dated = {field.name: getattr(old, field.name) for field in fields(old) if field.name.startswith("pose_")}
    return replace(new, **told, **dated)


def lens_change_px(old: CameraCalibration, new: CameraCalibration) -> float:
    """Return by how much, at most over the image, two calibrations see the same thing elsewhere [pixel]."""
    if (old.width, old.height) != (new.width, new.height):
        return float("inf")
    columns, rows = np.meshgrid(np.linspace(0, new.width - 1, GRID), np.linspace(0, new.height - 1, GRID))
    pixels = np.column_stack([columns.ravel(), rows.ravel()])
    plain = undistorted(old, pixels)
    # Beyond the fold of a strong distortion no ray belongs to a pixel.
    real = np.linalg.norm(distorted(old, plain) - pixels, axis=1) < REAL_PX
    seen = distorted(new, _changed_focus(plain, old, new))
    return float(np.max(np.linalg.norm(seen - pixels, axis=1)[real], initial=0.0))


def extrinsics_complaint(old: CameraCalibration, new: CameraCalibration) -> str:
    """Return why the place of a camera has to be calibrated again after its lens was, or an empty text."""
    change = lens_change_px(old, new)
    if not old.placed or change <= HARMLESS_PX:
        return ""
    command = "hand-eye" if old.mount == "end_effector" else "extrinsics"
    return f"the lens sees things up to {change:.1f} px elsewhere than before: run `diffpol calibrate {command}` again"


def _changed_focus(pixels: Array, old: CameraCalibration, new: CameraCalibration) -> Array:
    rays = (pixels - [old.cx, old.cy]) / [old.fx, old.fy]
    return np.asarray(rays * [new.fx, new.fy] + [new.cx, new.cy], dtype=np.float64)


def _text(camera: CameraCalibration) -> str:
    plain: dict[str, Any] = {"schema_version": camera.schema_version}
    for field in fields(camera):
        value = getattr(camera, field.name)
        if field.name in ("pose", "schema_version") or value == field.default:
            continue
        plain[field.name] = list(value) if isinstance(value, tuple) else value
    if camera.placed:
        pose = camera.pose
        plain["pose"] = {"position": list(pose.position), "quaternion": list(pose.quaternion)}
    plain["sha256"] = plain.pop("sha256")
    return yaml.safe_dump(plain, sort_keys=False, default_flow_style=None, width=200)


def _keep(path: Path) -> Path:
    """Move nothing, lose nothing: copy a file to the first free name beside it."""
    for number in range(1, 10_000):
        kept = path.with_name(f"{path.name}.old{number}")
        if not kept.exists():
            kept.write_bytes(path.read_bytes())
            return kept
    raise ResourceError(f"{path}: 9999 older files lie beside it: tidy up")

"""Calibrates a lens from captures, and writes what was found."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

from diffpol_ros.calibrate.board import load_board
from diffpol_ros.calibrate.captures import CaptureSet
from diffpol_ros.calibrate.intrinsics import Intrinsics as Found
from diffpol_ros.calibrate.lens import calibrate_lens
from diffpol_ros.calibrate.report import ResidualPicture, write_report
from diffpol_ros.calibrate.writer import extrinsics_complaint, with_lens, write_camera
from diffpol_ros.cli.calibrate.intrinsics import Intrinsics
from diffpol_ros.core.resources import resource_root
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera, require_serial

NAMES = ("fx", "fy", "cx", "cy", "k1", "k2", "p1", "p2", "k3")


def run_intrinsics(options: Intrinsics) -> int:
    """Calibrate, print, draw, write; return the exit code."""
    captures = CaptureSet.load(options.captures)
    name = options.camera or captures.camera
    path = options.output or resource_root() / "calibration" / "cameras" / f"{name}.yaml"
    old = load_camera(str(path.resolve()), placed=False) if path.exists() else None
    if old is not None:
        require_serial(old, captures.serial)
    found = calibrate_lens(captures, load_board(options.board), k3=True if options.k3 else None)
    date = options.date or dt.date.today().isoformat()
    camera = replace(found.camera, name=name, date=date)
    _print(camera, found)
    picture = options.picture or Path("results") / f"intrinsics-{name}.png"
    print(f"look at: {write_report(picture_of(camera, found), picture)}")
    _write(camera, old, path)
    return 0


def picture_of(camera: CameraCalibration, found: Found) -> ResidualPicture:
    """Return what is drawn of a lens."""
    title = f"lens of camera {camera.name}, {camera.date}: {found.residual_px:.3f} px RMS, {len(found.views)} views"
    names = tuple(view.name for view in found.views)
    refused = f"refused views: {', '.join(found.refused) or 'none'}; dropped corners: {found.dropped}"
    notes = (", ".join(_numbers(camera, found)), refused)
    size = camera.width, camera.height
    return ResidualPicture(
        title, size, found.pixels, found.residuals, found.of_view, names, notes, held_out_px=found.held_out_px
    )


def _numbers(camera: CameraCalibration, found: Found) -> list[str]:
    values = (camera.fx, camera.fy, camera.cx, camera.cy, *camera.distortion)
    known = zip(NAMES, values, found.deviations, strict=False)
    return [f"{name} {value:.{2 if abs(value) > 1.0 else 5}f} ± {deviation:.2g}" for name, value, deviation in known]


def _print(camera: CameraCalibration, found: Found) -> None:
    print(f"camera {camera.name}: {found.residual_px:.3f} px RMS over {len(found.residuals)} corners")
    print(f"  held-out views: {found.held_out_px.mean():.3f} px, worst {found.held_out_px.max():.3f}")
    for line in _numbers(camera, found):
        print(f"  {line}")
    if found.refused or found.dropped:
        print(f"  refused views: {', '.join(found.refused) or 'none'}; dropped corners: {found.dropped}")


def _write(camera: CameraCalibration, old: CameraCalibration | None, path: Path) -> None:
    complaint = extrinsics_complaint(old, camera) if old is not None else ""
    kept = write_camera(with_lens(old, camera) if old is not None else camera, path)
    print(f"written: {path}{f'; the old file is {kept.name}' if kept else ''}")
    if complaint:
        print(f"but {complaint}")
    elif old is None or not old.placed:
        print("nobody knows yet where it is: run `diffpol calibrate extrinsics` or `diffpol calibrate hand-eye`")

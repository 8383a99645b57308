"""Calibrations to be tried in place of the recorded ones: a folder like calibration/."""

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.estimation.calibration import (
    CameraCalibration,
    ObjectModel,
    load_camera,
    load_object,
)
from diffpol_ros.reenact.estimation_run import Rig

CAMERAS, OBJECTS = "cameras", "objects"


def rig_with(rig: Rig, folder: str) -> tuple[Rig, tuple[str, ...]]:
    """Return `rig` with what `folder` calibrates in place of its own, and the names of that."""
    home = Path(folder).absolute()
    cameras: dict[str, CameraCalibration] = {}
    objects: dict[str, ObjectModel] = {}
    for path in sorted((home / CAMERAS).glob("*.yaml")):
        camera = load_camera(str(path), placed=False)
        if camera.placed:
            cameras[camera.name] = camera
    for path in sorted((home / OBJECTS).glob("*.yaml")):
        model = load_object(str(path))
        objects[model.name] = model
    names = [one.name for one in (*rig.cameras, *rig.objects, *rig.landmarks)]
    replaced = tuple(name for name in names if name in cameras or name in objects)
    if not replaced:
        raise ResourceError(
            f"{home}: calibrates none of {', '.join(names)}: give a folder with {CAMERAS}/<name>.yaml or "
            f"{OBJECTS}/<name>.yaml"
        )
    return rig.instead(cameras, objects), replaced


def replaced_in(then: Rig, now: Rig) -> list[Difference]:
    """Return in which settings the calibrations of two rigs differ, which have the same names."""
    parts = [(rig.cameras, rig.objects, rig.landmarks) for rig in (then, now)]
    pairs = [pair for kinds in zip(*parts, strict=True) for pair in zip(*kinds, strict=True)]
    return [found for before, after in pairs for found in _differences(before.name, before, after)]


def _differences(field: str, then: object, now: object) -> Iterator[Difference]:
    if then == now:
        return
    if is_dataclass(then) and type(then) is type(now):
        for each in fields(then):
            yield from _differences(f"{field}.{each.name}", getattr(then, each.name), getattr(now, each.name))
    elif isinstance(then, tuple) and isinstance(now, tuple) and len(then) == len(now):
        for index, pair in enumerate(zip(then, now, strict=True)):
            yield from _differences(f"{field}[{index}]", *pair)
    else:
        size = abs(now - then) if isinstance(then, float) and isinstance(now, float) else math.nan
        yield Difference(field, repr(then), repr(now), size)

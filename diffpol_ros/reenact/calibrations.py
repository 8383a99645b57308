"""Calibrations to be tried in place of the recorded ones: a folder like calibration/."""

from pathlib import Path

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.journal.difference import Difference, differences
from diffpol_ros.core.journal.values import Codec
from diffpol_ros.estimation.calibration import (
    CameraCalibration,
    ObjectModel,
    TagModel,
    load_camera,
    load_object,
)
from diffpol_ros.estimation.pose_settings import PoseSettings, Unplaced
from diffpol_ros.reenact.estimation_run import Rig

CAMERAS, OBJECTS = "cameras", "objects"
CODEC = Codec((CameraCalibration, ObjectModel, TagModel, PoseSettings, Unplaced))


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
    before, after = ((*rig.cameras, *rig.objects, *rig.landmarks) for rig in (then, now))
    pairs = zip(before, after, strict=True)
    return [found for old, new in pairs for found in differences(CODEC, CODEC.plain(old), CODEC.plain(new), old.name)]

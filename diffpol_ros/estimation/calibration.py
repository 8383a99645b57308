"""What is known before the first image: where the cameras are and where the tags sit on the objects."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.settings import Settings, load_settings, setting
from diffpol_ros.core.types import Array
from diffpol_ros.estimation.pose_settings import PoseSettings, Unplaced

SCHEMA_VERSION = 1
HIGHEST_TAG_ID = 586
VERSION = re.compile(r"^schema_version:\s*(\d+)\s*(?:#.*)?$", re.MULTILINE)
MOUNTS = ("base", "end_effector")


@dataclass(frozen=True)
class CameraCalibration:
    """One camera: a pinhole with OpenCV distortion, fixed in the robot base frame or on the end effector.

    Pixel coordinates have (0, 0) at the centre of the top left pixel, as in OpenCV: the middle of a
    640 pixel row is 319.5. The optical frame looks along z, x to the right of the image, y down.
    """

    name: str = setting(description="Name, as in the topic camera/<name>/image_raw")
    width: int = setting(description="Image width [pixel]", minimum=16, maximum=8192)
    height: int = setting(description="Image height [pixel]", minimum=16, maximum=8192)
    fx: float = setting(description="Focal length [pixel]", minimum=1.0, maximum=1e5)
    fy: float = setting(description="Focal length [pixel]", minimum=1.0, maximum=1e5)
    cx: float = setting(description="Principal point [pixel]")
    cy: float = setting(description="Principal point [pixel]")
    pose: PoseSettings = setting(Unplaced(), description="Optical frame in the frame it is mounted on")
    distortion: tuple[float, ...] = setting((), description="OpenCV coefficients k1 k2 p1 p2 [k3 [k4 k5 k6]]")
    mount: str = setting("base", description="What the camera is fixed to: base or end_effector")
    time_offset: float = setting(0.0, description="Add this to image stamps to get the robot's time [s]")
    schema_version: int = setting(SCHEMA_VERSION, description="Version of this file's layout")
    serial: str = setting("", description="Serial number of the camera that was calibrated")
    date: str = setting("", description="When it was calibrated")
    images: int | None = setting(None, description="Number of images it was calibrated from", minimum=1)
    residual_px: float | None = setting(None, description="Reprojection residual, RMS [pixel]", minimum=0.0)
    pose_date: str = setting("", description="When its place was calibrated")
    pose_images: int | None = setting(None, description="Number of images its place was calibrated from", minimum=1)
    pose_residual_px: float | None = setting(None, description="Residual of its place, RMS [pixel]", minimum=0.0)
    sha256: str = setting("", description="Hash of all the rest; `diffpol calibrate sign` writes it anew")

    def __post_init__(self) -> None:
        """Check what single numbers cannot tell."""
        check_schema_version(self.schema_version)
        if self.mount not in MOUNTS:
            raise ValueError(f"mount is {self.mount!r}, expected one of {', '.join(MOUNTS)}")
        if not (0.0 <= self.cx <= self.width and 0.0 <= self.cy <= self.height):
            raise ValueError(
                f"principal point ({self.cx}, {self.cy}) lies outside the {self.width}x{self.height} image"
            )
        if len(self.distortion) not in (0, 4, 5, 8):
            raise ValueError(f"distortion has {len(self.distortion)} coefficients, expected 0, 4, 5 or 8")
        if not self.placed:
            object.__setattr__(self, "pose", Unplaced(self.name))

    @property
    def placed(self) -> bool:
        """Return whether it is known where the camera is."""
        return not isinstance(self.pose, Unplaced)

    @property
    def digest(self) -> str:
        """Return the hash of what differs from the defaults: comments and layout of a file do not matter."""
        hidden = {field.name for field in fields(self) if getattr(self, field.name) == field.default}
        content = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in hidden}
        content.pop("sha256", None)
        if self.placed:
            content["pose"] = [self.pose.position, self.pose.quaternion]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def frame(self) -> str:
        """Return the name of the optical frame."""
        return f"camera_{self.name}_optical"

    @property
    def matrix(self) -> Array:
        """Return the (3, 3) camera matrix [pixel]."""
        return np.array([[self.fx, 0.0, self.cx], [0.0, self.fy, self.cy], [0.0, 0.0, 1.0]])


@dataclass(frozen=True, kw_only=True)
class TagModel(PoseSettings):
    """One tag36h11 on an object, and its pose there.

    The tag frame is that of the printed image seen from outside: x right, y down, z into the surface,
    the origin in the middle. `size` is the edge of the black square, without its white border.
    """

    id: int = setting(description="Number of the tag", minimum=0, maximum=HIGHEST_TAG_ID)
    size: float = setting(description="Edge of the black square [m]", minimum=1e-3, maximum=2.0)


@dataclass(frozen=True)
class ObjectModel:
    """A rigid thing that carries tags; `fixed_pose` is given where it never moves (the base tag)."""

    name: str = setting(description="Name, as in the topic objects/<name>/pose")
    tags: tuple[TagModel, ...] = setting(description="The tags it carries")
    fixed_pose: PoseSettings | None = setting(None, description="Object frame in the robot base frame, if it is fixed")
    schema_version: int = setting(SCHEMA_VERSION, description="Version of this file's layout")

    def __post_init__(self) -> None:
        """Refuse an object without tags or with one tag twice."""
        check_schema_version(self.schema_version)
        if not self.tags:
            raise ValueError(f"object {self.name!r} has no tags")
        ids = [tag.id for tag in self.tags]
        if len(set(ids)) != len(ids):
            raise ValueError(f"object {self.name!r} has tag {max(ids, key=ids.count)} more than once")


def check_schema_version(version: int) -> None:
    """Raise ValueError for a layout that this code does not know."""
    if version != SCHEMA_VERSION:
        cure = "update it" if version > SCHEMA_VERSION else "calibrate again"
        raise ValueError(f"schema_version is {version}, this version of diffpol_ros reads {SCHEMA_VERSION}: {cure}")


def load_versioned(kind: type[Settings], path: Path) -> Settings:
    """Read a file; one of a newer layout is named as such, before its unknown keys are."""
    found = VERSION.search(path.read_text(encoding="utf-8", errors="replace")) if path.is_file() else None
    if found:
        try:
            check_schema_version(int(found.group(1)))
        except ValueError as error:
            raise SettingsError(f"{path}: {error}") from error
    return load_settings(kind, path)


def load_camera(name: str, placed: bool = True) -> CameraCalibration:
    """Return the calibration of camera `name`: one of calibration/cameras, or the path of a file.

    placed: refuse a camera of which only the lens is calibrated.
    """
    path = find_resource("calibration/cameras", name)
    camera = load_versioned(CameraCalibration, path)
    if camera.sha256 and camera.sha256 != camera.digest:
        raise SettingsError(
            f"{path}: was edited after it was calibrated; if that was meant, run `diffpol calibrate sign {path}`, "
            "or remove the line sha256"
        )
    if placed:
        _ = camera.pose.pose
    return camera


def require_serial(camera: CameraCalibration, serial: str) -> None:
    """Raise SettingsError if the camera that is connected is known to be another one than was calibrated."""
    if camera.serial and serial and serial != camera.serial:
        raise SettingsError(
            f"camera {camera.name}: serial number {serial} is connected, {camera.serial} was calibrated: "
            "swap them back, or run `diffpol calibrate intrinsics`"
        )


def load_object(name: str) -> ObjectModel:
    """Return the model of object `name`: one of calibration/objects, or the path of a file."""
    return load_versioned(ObjectModel, find_resource("calibration/objects", name))


def tag_owners(models: Iterable[ObjectModel]) -> Mapping[int, ObjectModel]:
    """Return which object each tag id belongs to; two objects must not share one."""
    owners: dict[int, ObjectModel] = {}
    for model in models:
        for tag in model.tags:
            other = owners.setdefault(tag.id, model)
            if other is not model:
                both = f"{other.name!r} and {model.name!r}"
                raise SettingsError(f"tag {tag.id} is claimed by objects {both}: give one of them another tag")
    return owners

"""Capture sets: a folder of images, with when each was taken and where the hand was, that calibration reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import yaml

from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import normalize_quaternion
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import PoseSettings, check_schema_version, load_versioned
from diffpol_ros.estimation.detection.images import GreyImage

LIST, HANDS = "captures.yaml", "hands.csv"
COLUMNS = "stamp_ns,x,y,z,qx,qy,qz,qw"


@dataclass(frozen=True, eq=False)
class Capture:
    """One image. stamp_ns: exposure. hand: tool centre point in the robot base frame. name: its file."""

    image: GreyImage
    stamp_ns: int
    hand: Pose | None = None
    name: str = ""


@dataclass(frozen=True)
class CaptureEntry:
    """One image as it stands in the list."""

    file: str = setting(description="Name of the image in this folder")
    stamp_ns: int = setting(description="Exposure [ns]", minimum=0)
    end_effector: PoseSettings | None = setting(None, description="Tool centre point in the robot base frame")

    def __post_init__(self) -> None:
        """Refuse a path that leaves the folder."""
        if Path(self.file).name != self.file:
            raise ValueError(f"{self.file!r} is not the name of a file in this folder")


@dataclass(frozen=True)
class CaptureList:
    """What captures.yaml says."""

    camera: str = setting(description="Name of the camera")
    width: int = setting(description="Image width [pixel]", minimum=16)
    height: int = setting(description="Image height [pixel]", minimum=16)
    captures: tuple[CaptureEntry, ...] = setting(description="The images")
    serial: str = setting("", description="Serial number of the camera")
    schema_version: int = setting(1, description="Version of this file's layout")

    def __post_init__(self) -> None:
        """Refuse another layout."""
        check_schema_version(self.schema_version)


@dataclass(frozen=True, eq=False)
class CaptureSet:
    """Images of one camera, all of one size. hands: every pose of the hand that was heard meanwhile (a wiggle)."""

    camera: str
    captures: tuple[Capture, ...]
    serial: str = ""
    hands: tuple[tuple[int, Pose], ...] = ()

    def __post_init__(self) -> None:
        """Refuse an empty set, and images that one camera setting cannot have taken."""
        if not self.captures:
            raise Refusal(f"captures of camera {self.camera!r}: there is no image")
        for capture in self.captures:
            if capture.image.dtype != np.uint8 or capture.image.shape != self.captures[0].image.shape:
                kinds = f"{capture.image.dtype} {capture.image.shape}, the first is {self.captures[0].image.shape}"
                raise Refusal(f"image {capture.name or capture.stamp_ns} is {kinds}: capture all at the size in use")

    @property
    def size(self) -> tuple[int, int]:
        """Return width and height [pixel]."""
        height, width = self.captures[0].image.shape
        return width, height

    @classmethod
    def load(cls, folder: Path) -> "CaptureSet":
        """Read a folder, or say what is wrong with it."""
        folder = Path(folder)
        told = load_versioned(CaptureList, folder / LIST)
        captures = tuple(_load(folder, entry, (told.height, told.width)) for entry in told.captures)
        return cls(told.camera, captures, told.serial, _load_hands(folder / HANDS))

    def save(self, folder: Path) -> Path:
        """Write a new folder; return its path. Captures that are there already are not overwritten."""
        folder = Path(folder)
        if (folder / LIST).exists():
            raise ResourceError(f"{folder}: holds captures already; name another folder, or move these away")
        folder.mkdir(parents=True, exist_ok=True)
        entries = [_save(folder, capture, index) for index, capture in enumerate(self.captures)]
        width, height = self.size
        plain = {"schema_version": 1, "camera": self.camera, "serial": self.serial, "width": width, "height": height}
        text = yaml.safe_dump({**plain, "captures": entries}, sort_keys=False, default_flow_style=None, width=200)
        if self.hands:
            _save_hands(folder / HANDS, self.hands)
        (folder / LIST).write_text(text, encoding="utf-8")
        return folder


def _load(folder: Path, entry: CaptureEntry, shape: tuple[int, int]) -> Capture:
    path = folder / entry.file
    if not path.is_file():
        raise ResourceError(f"{path}: does not exist, though {LIST} names it")
    image = (
        cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE) if path.stat().st_size else None
    )
    if image is None:
        raise ResourceError(f"{path}: is not an image that can be read")
    if image.shape != shape:
        is_, expected = (f"{size[1]}x{size[0]}" for size in (image.shape, shape))
        raise Refusal(f"{path}: is {is_}, {LIST} says {expected}: a rotated or resized image cannot be calibrated from")
    pose = entry.end_effector.pose if entry.end_effector else None
    return Capture(np.asarray(image, dtype=np.uint8), entry.stamp_ns, pose, entry.file)


def _save(folder: Path, capture: Capture, index: int) -> dict[str, object]:
    """Write one image; return its entry in the list."""
    name = capture.name or f"{index:03d}.png"
    written, data = cv2.imencode(".png", capture.image)
    if not written:
        raise ResourceError(f"{folder / name}: the image cannot be written as PNG")
    (folder / name).write_bytes(data.tobytes())
    entry: dict[str, object] = {"file": name, "stamp_ns": int(capture.stamp_ns)}
    if capture.hand is not None:
        pose = {"position": capture.hand.position.tolist(), "quaternion": capture.hand.quaternion.tolist()}
        entry["end_effector"] = pose
    return entry


def _load_hands(path: Path) -> tuple[tuple[int, Pose], ...]:
    if not path.exists():
        return ()
    heading, *lines = path.read_text(encoding="utf-8").splitlines()
    try:
        if heading != COLUMNS:
            raise ValueError(f"begins with {heading!r}, expected {COLUMNS!r}")
        return tuple(_hand(line.split(",")) for line in lines)
    except ValueError as error:
        raise ResourceError(f"{path}: {error}") from error


def _hand(fields: Sequence[str]) -> tuple[int, Pose]:
    values = np.array([float(field) for field in fields[1:]])
    if values.shape != (7,) or not np.all(np.isfinite(values)):
        raise ValueError(f"{','.join(fields)} is not a stamp and seven finite numbers")
    return int(fields[0]), Pose(values[:3], normalize_quaternion(values[3:]))


def _save_hands(path: Path, hands: Sequence[tuple[int, Pose]]) -> None:
    rows = [",".join([str(stamp), *(repr(float(v)) for v in (*p.position, *p.quaternion))]) for stamp, p in hands]
    path.write_text("\n".join([COLUMNS, *rows, ""]), encoding="utf-8")

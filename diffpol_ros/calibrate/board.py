"""Flat calibration targets: ChArUco boards and grids of AprilTags, described by a file, found in an image, printed."""

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.calibrate.charuco import CharucoPattern
from diffpol_ros.calibrate.tag_grid import TagGridPattern
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array, frozen_array
from diffpol_ros.estimation.calibration import HIGHEST_TAG_ID, CameraCalibration, check_schema_version, load_versioned
from diffpol_ros.estimation.detection.images import GreyImage

FOLDER = "calibration/boards"
HIGHEST_CHARUCO_ID = 249


@dataclass(frozen=True)
class BoardSettings:
    """A board as it stands in a file. `ratio` is of a marker to its square, or of the gap between tags to a tag."""

    name: str = setting(description="Name of the board")
    kind: Literal["charuco", "apriltag"] = setting(description="Chessboard with markers in it, or a grid of tag36h11")
    rows: int = setting(description="Rows of squares or tags", minimum=2, maximum=30)
    columns: int = setting(description="Columns of squares or tags", minimum=2, maximum=30)
    size: float = setting(description="Edge of a square, or of a tag's black square, as measured [m]", minimum=1e-3)
    ratio: float = setting(description="Marker to square (charuco), gap to tag (apriltag)", minimum=0.1, maximum=0.95)
    first_id: int = setting(0, description="Number of the first marker or tag", minimum=0)
    schema_version: int = setting(1, description="Version of this file's layout")

    def __post_init__(self) -> None:
        """Refuse a board that cannot be printed."""
        check_schema_version(self.schema_version)
        count = self.rows * self.columns // (2 if self.kind == "charuco" else 1)
        highest = HIGHEST_CHARUCO_ID if self.kind == "charuco" else HIGHEST_TAG_ID
        if self.first_id + count - 1 > highest:
            raise ValueError(
                f"ids {self.first_id} to {self.first_id + count - 1} are needed, the last one is {highest}"
            )


@dataclass(frozen=True, eq=False)
class BoardSighting:
    """The corners of a board in one image. points: (n, 3) on the board [m]. pixels: (n, 2). ids: which each is."""

    points: Array
    pixels: Array
    ids: tuple[int, ...]

    def __post_init__(self) -> None:
        """Freeze the arrays."""
        object.__setattr__(self, "points", frozen_array(self.points, (len(self.ids), 3), "BoardSighting.points"))
        object.__setattr__(self, "pixels", frozen_array(self.pixels, (len(self.ids), 2), "BoardSighting.pixels"))


class Pattern(Protocol):
    """What boards of one kind know."""

    points: Array
    extent: tuple[float, float]
    margin: float

    def find(self, image: GreyImage, lens: CameraCalibration | None) -> tuple[list[int], Array]:
        """Return which corners are seen, and their pixels (n, 2); a known lens may help."""
        ...

    def dark(self, across: Array, down: Array) -> NDArray[np.bool_]:
        """Return whether the print is black at each of `across` (w,) and `down` (h,) [m], as (h, w)."""
        ...


class Board:
    """A board. Its frame: origin at the upper left of the printed pattern, x right, y down, z into the paper."""

    def __init__(self, settings: BoardSettings) -> None:
        """Prepare to find it."""
        self.settings = settings
        kind = CharucoPattern if settings.kind == "charuco" else TagGridPattern
        self._pattern: Pattern = kind(settings.rows, settings.columns, settings.size, settings.ratio, settings.first_id)

    @property
    def points(self) -> Array:
        """Return all corners (n, 3) [m]; the id of a corner is its row here."""
        return self._pattern.points

    @property
    def extent(self) -> tuple[float, float]:
        """Return width and height of the pattern [m], without its white margin."""
        return self._pattern.extent

    @property
    def margin(self) -> float:
        """Return the width of the white margin that `texture` has on each side [m]."""
        return self._pattern.margin

    @property
    def bends(self) -> bool:
        """Return whether its corners come from edges, which a lens bends: they are better where the lens is known."""
        return self.settings.kind == "apriltag"

    @property
    def corner(self) -> Array:
        """Return where the upper left corner of the print is, in the board's frame (3,) [m]."""
        return np.array([-self.margin, -self.margin, 0.0])

    def detect(self, image: GreyImage, lens: CameraCalibration | None = None) -> BoardSighting:
        """Return the corners that are seen, possibly none; (0, 0) is the centre of the first pixel.

        lens: what is known of the camera; edges that it bends are looked for where it bends them. The corners are
        always those of the image as it came.
        """
        ids, pixels = self._pattern.find(image, lens)
        return BoardSighting(self.points[ids], pixels, tuple(ids))

    def texture(self, pixels_per_metre: float, samples: int = 4) -> NDArray[np.uint8]:
        """Return the picture for printing and rendering; its first pixel begins at `corner`, exactly to scale.

        A pixel is the mean of samples x samples points: edges lie where they should, to a part of a pixel.
        """
        width, height = (round((length + 2.0 * self.margin) * pixels_per_metre) for length in self.extent)
        light = np.zeros((height, width), dtype=np.float32)
        for shift in ((np.arange(samples) + 0.5) / samples).tolist():
            across = (np.arange(width) + shift) / pixels_per_metre - self.margin
            for other in ((np.arange(samples) + 0.5) / samples).tolist():
                light += ~self._dark(across, (np.arange(height) + other) / pixels_per_metre - self.margin)
        return np.round(255.0 / samples**2 * light).astype(np.uint8)

    def _dark(self, across: Array, down: Array) -> NDArray[np.bool_]:
        inside = [(at >= 0.0) & (at < most) for at, most in zip((across, down), self.extent, strict=True)]
        return self._pattern.dark(across, down) & inside[1][:, None] & inside[0]


def load_board(name: str) -> Board:
    """Return board `name`: one of calibration/boards, or the path of a file."""
    return Board(load_versioned(BoardSettings, find_resource(FOLDER, name)))

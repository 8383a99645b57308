"""What the commands that place a camera have in common; reading it imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path

import tyro


@dataclass(frozen=True)
class PlaceOptions:
    """Where captures come from and where the result goes."""

    captures: tyro.conf.Positional[Path]
    """Folder of the captures."""
    camera: str = ""
    """The camera's calibration, a name in calibration/cameras or a file; default: as the captures name it."""
    output: Path | None = None
    """File to write; default: the camera's own, the old one is kept beside it."""
    picture: Path | None = None
    """Picture of the residuals; default: results/<what>-<camera>.png."""
    date: str = ""
    """Date to write; default: today."""


@dataclass(frozen=True)
class TargetOptions:
    """What is looked for in the images."""

    board: str = "charuco"
    """The board: a name in calibration/boards, or a file; empty: a tagged object."""
    tagged: str = ""
    """Where the board is empty: a tagged object, a name in calibration/objects or a file."""

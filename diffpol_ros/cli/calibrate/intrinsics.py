"""`diffpol calibrate intrinsics`: focal lengths, principal point and distortion from captures of a board."""

from dataclasses import dataclass
from pathlib import Path

import tyro


@dataclass(frozen=True)
class Intrinsics:
    """Calibrate a camera's lens from captures of a board; a poor set is refused, with what it lacks."""

    captures: tyro.conf.Positional[Path]
    """Folder of the captures."""
    board: str = "charuco"
    """The board: a name in calibration/boards, or a file."""
    camera: str = ""
    """Name of the camera; default: what the captures say."""
    output: Path | None = None
    """File to write; default: calibration/cameras/<camera>.yaml."""
    picture: Path | None = None
    """Picture of residuals and coverage; default: results/intrinsics-<camera>.png."""
    k3: bool = False
    """Also fit the third radial coefficient: for lenses wider than about 90 degrees."""
    date: str = ""
    """Date to write; default: today."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.calibrate.intrinsics_run import run_intrinsics

        return run_intrinsics(self)

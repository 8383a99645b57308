"""`diffpol calibrate rehearse`: captures of a board by a made-up camera, to try everything without hardware."""

from dataclasses import dataclass
from pathlib import Path

import tyro


@dataclass(frozen=True)
class Rehearse:
    """Render captures of a board through a lens with distortion; the true values are printed."""

    folder: tyro.conf.Positional[Path]
    """Folder to write; must not hold captures yet."""
    board: str = "charuco"
    """The board: a name in calibration/boards, or a file."""
    camera: str = "rehearsal"
    """Name of the camera."""
    count: int = 20
    """Number of images."""
    field_of_view: float = 70.0
    """Horizontal [deg]."""
    width: int = 640
    """Image width [pixel]."""
    height: int = 480
    """Image height [pixel]."""
    seed: int = 0
    """Of lens, views and noise."""
    poor: bool = False
    """Hold the board squarely and in the middle only: such a set is refused."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.calibrate.rehearse_run import run_rehearse

        return run_rehearse(self)

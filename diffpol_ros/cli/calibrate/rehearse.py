"""`diffpol calibrate rehearse`: captures by a made-up camera, to try everything without hardware."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import tyro


@dataclass(frozen=True)
class Rehearse:
    """Render captures of a board or a fixed tag through a lens with distortion; the true values are printed.

    Each purpose takes another folder; with the same seed and mount all are of the same camera.
    """

    folder: tyro.conf.Positional[Path]
    """Folder to write; must not hold captures yet."""
    purpose: Literal["intrinsics", "extrinsics", "hand-eye", "time-offset"] = "intrinsics"
    """What the images are for."""
    mount: Literal["base", "end_effector"] = "base"
    """What the camera is fixed to, for hand-eye and time-offset; the board is in the hand, or on the table."""
    board: str = "charuco"
    """The board: a name in calibration/boards, or a file."""
    landmark: str = "base"
    """For extrinsics: an object with a fixed_pose, a name in calibration/objects or a file."""
    camera: str = "rehearsal"
    """Name of the camera."""
    count: int = 20
    """Number of images; a wiggle takes ten seconds of them."""
    field_of_view: float = 70.0
    """Horizontal [deg]."""
    width: int = 640
    """Image width [pixel]."""
    height: int = 480
    """Image height [pixel]."""
    seed: int = 0
    """Of lens, place, views and noise."""
    poor: bool = False
    """Hold the board squarely and in the middle only: such a set is refused."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.calibrate.rehearse_run import run_rehearse

        return run_rehearse(self)

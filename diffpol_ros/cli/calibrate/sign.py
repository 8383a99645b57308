"""`diffpol calibrate sign`: make a calibration file that was edited by hand valid again."""

from dataclasses import dataclass
from pathlib import Path

import tyro


@dataclass(frozen=True)
class Sign:
    """Write the hash of a camera's calibration anew, after editing it by hand."""

    file: tyro.conf.Positional[Path]
    """The camera's YAML file."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.calibrate.writer import sign

        print(f"signed: {self.file} ({sign(self.file)[:12]}…)")
        return 0

"""`diffpol calibrate …`: from an uncalibrated camera to poses in the robot frame; reading it imports nothing heavy."""

from dataclasses import dataclass
from typing import Annotated

import tyro

from diffpol_ros.cli.calibrate.board import PrintBoard
from diffpol_ros.cli.calibrate.sign import Sign

CalibrateCommand = Annotated[PrintBoard, tyro.conf.subcommand("board")] | Annotated[Sign, tyro.conf.subcommand("sign")]


@dataclass(frozen=True)
class Calibrate:
    """Calibrate a camera: its lens, its place, its clock."""

    command: CalibrateCommand

    def run(self) -> int:
        """Run what was asked for; return the exit code."""
        return self.command.run()

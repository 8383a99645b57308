"""`diffpol calibrate …`: from an uncalibrated camera to poses in the robot frame; the robot's latency."""

from dataclasses import dataclass
from typing import Annotated

import tyro

from diffpol_ros.cli.calibrate.board import PrintBoard
from diffpol_ros.cli.calibrate.capture import Capture
from diffpol_ros.cli.calibrate.extrinsics import Extrinsics
from diffpol_ros.cli.calibrate.hand_eye import HandEye
from diffpol_ros.cli.calibrate.intrinsics import Intrinsics
from diffpol_ros.cli.calibrate.latency import Latency
from diffpol_ros.cli.calibrate.rehearse import Rehearse
from diffpol_ros.cli.calibrate.sign import Sign
from diffpol_ros.cli.calibrate.time_offset import TimeOffset

CalibrateCommand = (
    Annotated[PrintBoard, tyro.conf.subcommand("board")]
    | Annotated[Intrinsics, tyro.conf.subcommand("intrinsics")]
    | Annotated[Rehearse, tyro.conf.subcommand("rehearse")]
    | Annotated[Capture, tyro.conf.subcommand("capture")]
    | Annotated[Extrinsics, tyro.conf.subcommand("extrinsics")]
    | Annotated[HandEye, tyro.conf.subcommand("hand-eye")]
    | Annotated[TimeOffset, tyro.conf.subcommand("time-offset")]
    | Annotated[Latency, tyro.conf.subcommand("latency")]
    | Annotated[Sign, tyro.conf.subcommand("sign")]
)


@dataclass(frozen=True)
class Calibrate:
    """Calibrate a camera (its lens, its place, its clock) or the robot's latency."""

    command: CalibrateCommand

    def run(self) -> int:
        """Run what was asked for; return the exit code."""
        return self.command.run()

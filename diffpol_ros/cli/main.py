"""`diffpol …`: reads the command line; each command imports what it needs when it runs."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import tyro

from diffpol_ros.cli.bag import Bag
from diffpol_ros.cli.calibrate import Calibrate
from diffpol_ros.cli.doctor import Doctor
from diffpol_ros.cli.faults import Faults
from diffpol_ros.cli.models import Models
from diffpol_ros.cli.noise import Noise
from diffpol_ros.cli.options import DemoOptions
from diffpol_ros.cli.record import RecordOptions
from diffpol_ros.cli.replay import Replay
from diffpol_ros.cli.report import Report
from diffpol_ros.cli.trial import Trial
from diffpol_ros.cli.view import View
from diffpol_ros.core.broken_output import readers_may_leave
from diffpol_ros.core.errors import DiffpolError

INTERRUPTED = 130


@dataclass(frozen=True)
class Demo(DemoOptions):
    """Run the whole stack in the twin: the arm picks up the block, episode after episode."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.demo import run_demo

        return run_demo(self)


Command = (
    Annotated[Demo, tyro.conf.subcommand("demo")]
    | Annotated[Models, tyro.conf.subcommand("models")]
    | Annotated[Calibrate, tyro.conf.subcommand("calibrate")]
    | Annotated[Noise, tyro.conf.subcommand("noise")]
    | Annotated[Faults, tyro.conf.subcommand("faults")]
    | Annotated[RecordOptions, tyro.conf.subcommand("record")]
    | Annotated[Bag, tyro.conf.subcommand("bag")]
    | Annotated[Replay, tyro.conf.subcommand("replay")]
    | Annotated[Report, tyro.conf.subcommand("report")]
    | Annotated[Doctor, tyro.conf.subcommand("doctor")]
    | Annotated[Trial, tyro.conf.subcommand("trial")]
    | Annotated[View, tyro.conf.subcommand("view")]
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors of the project become one line and the exit code 1."""
    with readers_may_leave():
        command = tyro.cli(Command, prog="diffpol", args=arguments, config=(tyro.conf.OmitSubcommandPrefixes,))  # type: ignore[call-overload]
        try:
            return command.run()
        except DiffpolError as error:
            print(f"diffpol: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("diffpol: interrupted; everything is stopped", file=sys.stderr)
            return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())

"""`diffpol bag …`: what one may choose; apart, so that reading it imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

BagPath = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="BAG", help="Its folder, or one of its files.")]


@dataclass(frozen=True)
class Info:
    """Say what a bag holds: topics, rates, gaps, losses; which code, bundles and calibration it was recorded with."""

    bag: BagPath

    def run(self) -> int:
        """Print it; return 1 where the bag is not whole."""
        from diffpol_ros.cli.bag_info import print_info

        return print_info(self.bag)


@dataclass(frozen=True)
class Repair:
    """Make a bag whole whose recorder was killed, or whose disk was full; the bag itself is not changed."""

    bag: BagPath
    output: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """Folder of the new bag, which must not exist yet; default: <BAG>-repaired."""
    in_place: bool = False
    """Put the new bag in the old one's place; the old one is kept as <BAG>-before-repair."""

    def run(self) -> int:
        """Repair it; return the exit code."""
        from diffpol_ros.cli.bag_repair import run_repair

        return run_repair(self)


@dataclass(frozen=True)
class Bag:
    """Bags: see what one holds, repair one."""

    command: Annotated[Info, tyro.conf.subcommand("info")] | Annotated[Repair, tyro.conf.subcommand("repair")]

    def run(self) -> int:
        """Run what was asked for; return the exit code."""
        return self.command.run()

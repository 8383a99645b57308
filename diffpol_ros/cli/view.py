"""`diffpol view`: a bag, or the graph as it runs, in Rerun."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

from diffpol_ros.cli.report import ROBOT


@dataclass(frozen=True)
class View:
    """Open a bag, or the graph as it runs, in Rerun: arm, cameras, estimates, chunks, gate, latencies, limits."""

    bag: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="[BAG]")] = None
    """A bag's folder, its .mcap file, or a results folder of the demo; without it: the live graph."""
    save: Annotated[Path | None, tyro.conf.arg(metavar="FILE.rrd")] = None
    """Write a file (for `rerun FILE.rrd`) in place of opening a window."""
    connect: Annotated[str, tyro.conf.arg(metavar="URL")] = ""
    """Send it to a viewer that runs already, in place of opening one: rerun+http://HOST:9876/proxy."""
    robot: str = ROBOT
    """Whose arm to draw: a name in calibration/robots or a file."""
    namespace: str = ""
    """Of the graph's topics."""
    tags: bool = True
    """Look for tags in the images shown: 10 to 25 ms of processor time each."""
    image_rate: float = 10.0
    """Show at most so many images of each camera a second; 0: none."""
    sigmas: float = 100.0
    """Half axes of the covariance ellipsoids in standard deviations: one alone is too small to see."""
    seconds: float = 0.0
    """Of the live graph: stop after so long; 0: with Ctrl-C."""

    def run(self) -> int:
        """Show it; return the exit code."""
        from diffpol_ros.cli.view_bag import view_bag
        from diffpol_ros.cli.view_live import view_live

        return view_live(self) if self.bag is None else view_bag(self, self.bag)

"""`diffpol report`: a run or a bag as one page for a browser."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

ROBOT, CAMERA = "panda", "front"


@dataclass(frozen=True)
class Report:
    """Write one HTML page that shows a run: outcome, gate, poses, chunks, seams, latencies, limits, images."""

    run_or_bag: Annotated[Path, tyro.conf.Positional]
    """A results folder of the demo, a bag's folder, or its .mcap file."""
    output: Annotated[Path | None, tyro.conf.arg(metavar="FILE.html")] = None
    """Where to write it; default: report.html beside the bag."""
    robot: str = ROBOT
    """Whose limits to compare with: a name in calibration/robots or a file."""
    camera: str = CAMERA
    """Whose images to show: a name in calibration/cameras or a file."""
    namespace: str = ""
    """Of the graph's topics in the bag."""
    moments: tuple[float, ...] = ()
    """Show the images of these times, too: since the run began, as the page's axis counts them [s]."""

    def run(self) -> int:
        """Write it; return the exit code."""
        from diffpol_ros.cli.report_page import write_report

        print(f"look at: {write_report(self)}")
        return 0

"""`diffpol replay`: runs the stages of a bag again and compares."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro

STAGES = ("estimation", "policy", "control")


@dataclass(frozen=True)
class Replay:
    """Run what a bag recorded again, without ROS, and say whether every decision is the same, bit by bit.

    Ends with 0 where all is the same (or, with --check, within what is allowed), 1 where not, 2 where the bag holds
    nothing that can be judged.
    """

    run_or_bag: Annotated[Path, tyro.conf.Positional]
    """A results folder of the demo, a bag's folder, or its file."""
    stages: tuple[str, ...] = STAGES
    """Which to run again: estimation, policy, control."""
    check: Annotated[Path | None, tyro.conf.arg(metavar="THRESHOLDS.yaml")] = None
    """Fail only where a change is larger than this file allows."""
    params: Annotated[Path | None, tyro.conf.arg(metavar="FILE.yaml")] = None
    """What would the gate have said with these parameters of the bridge (open loop)?"""
    robot: str = ""
    """What with this robot's limits: a name in calibration/robots or a file (open loop)?"""
    model: Annotated[str, tyro.conf.arg(name="with")] = ""
    """What would this policy have done: a name in models or a folder (open loop)?"""
    calibration: str = ""
    """What would have been seen with the cameras calibrated so: a folder like calibration/ (open loop)?"""
    report: Annotated[Path | None, tyro.conf.arg(metavar="FILE.html")] = None
    """Write one page that shows what was asked, what differs, and what was decided over time, then and now."""
    namespace: str = ""
    """Of the graph's topics in the bag."""
    live: bool = False
    """Play the bag to live nodes on its own time instead (ROS; no arm moves), and compare what they say."""
    speed: float = 1.0
    """With --live: of the bag's time against real time."""
    start: float = 0.0
    """With --live: where in the bag to begin [s]."""
    output: Annotated[Path | None, tyro.conf.arg(metavar="FOLDER")] = None
    """With --live: folder for what they say and their logs; default: results/replay-<time>."""
    domain: int = 0
    """With --live: ROS domain; 0: a free one."""

    def run(self) -> int:
        """Run it; return the exit code."""
        if self.live:
            from diffpol_ros.cli.replay_live import run_live

            return run_live(self)
        from diffpol_ros.cli.replay_run import run_replay

        return run_replay(self)

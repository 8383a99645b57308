"""`diffpol calibrate latency`: how late the arm follows its targets, from wiggles of the hand."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Latency:
    """Measure the robot's latency: the hand wiggles where it is, after you agreed to that.

    The result is what the bridge's parameter command_lead means by -1.
    """

    robot: str = "panda"
    """Robot description: a name in calibration/robots, or a file."""
    twin: bool = False
    """Measure the twin, started for this; nothing real moves."""
    robot_host: str = ""
    """Host of the robot's servers; default: as its description says."""
    arm_port: int = 0
    """Port of the arm's server; 0: as described."""
    gripper_port: int = 0
    """Port of the gripper's server; 0: as described."""
    wiggles: int = 9
    """How many, along x, y and z in turn."""
    amplitude: float = 0.02
    """How far the hand moves to either side [m]."""
    duration: float = 4.0
    """Of one wiggle [s]."""
    rate: float = 100.0
    """Targets a second [Hz]; take the bridge's."""
    yes: bool = False
    """Do not ask before the arm moves: for scripts."""
    output: Path | None = None
    """File to write; default: calibration/latency/<robot>.yaml, for the twin results/latency-twin.yaml."""
    date: str = ""
    """Date to write; default: today."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.calibrate.latency_run import run_latency

        return run_latency(self)

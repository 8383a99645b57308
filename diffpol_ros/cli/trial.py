"""`diffpol trial …`: what one may choose; apart, so that reading it imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from diffpol_ros.core.image_format import ImageKind

Folder = Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="FOLDER", help="The campaign's folder.")]


@dataclass(frozen=True)
class PlanTrial:
    """Seal a schedule in which every policy meets every initial condition once, in an order nobody knows."""

    policies: tuple[str, ...]
    """Two or more: names in the models folder, paths of bundles (with a slash), or NAME=PATH."""
    trials: int = 20
    """Of each policy: so many initial conditions."""
    output: Path | None = None
    """The campaign's folder; default: results/trial-<time>."""
    first_seed: int = 1
    """Of the twin's first initial condition; the next has the next."""
    conditions: Path | None = None
    """YAML with a list `conditions` of {seed, name, picture, place}, in place of --trials and --first-seed."""
    stopping: Literal["anytime", "fixed"] = "anytime"
    """anytime: e-values, may end early; fixed: McNemar's exact test after the last trial."""
    alpha: float = 0.05
    """How often equal policies may be called different, over all pairs and looks."""
    key: Path | None = None
    """File for the key, on another person's stick, say; default: in the folder."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.trial_plan import plan

        return plan(self)


@dataclass(frozen=True)
class RunTrial:
    """Run the next trial without telling which policy it is, and write the verdict into the ledger."""

    folder: Folder
    runner: Literal["twin", "person"] = "twin"
    """twin: all by itself, judged by the ground truth; person: you start the robot, watch, and judge."""
    count: int = 1
    """How many trials to run; 0: all that are left."""
    operator: str = ""
    """Your name, for the ledger; default: the login name."""
    key: Path | None = None
    """Where the key lies now; default: where the plan put it."""
    camera: str = ""
    """With a person: draw where the object shall stand over this camera's images (calibration/cameras or a file)."""
    object: str = "block"
    """What is placed: a name in calibration/objects or a file."""
    tolerance_mm: float = 3.0
    """How far from its place it may stand."""
    tolerance_deg: float = 3.0
    """How far it may be turned."""
    buttons: str = ""
    """With a person: topic of sensor_msgs/Joy whose buttons answer as well as keys do, such as joy."""
    button_numbers: tuple[int, int, int] = (0, 1, 2)
    """Which of them mean success, failure and abort; each of them stands for Enter elsewhere."""
    image_stride: int = 0
    """Of the twin: record every n-th image of the front camera, 0.9 MB each; 0: none."""
    image_format: ImageKind | Literal[""] = ""
    """Of the twin: raw: images as they were sent; png: packed without loss; jpeg: with loss; default: recorder.yaml."""
    speed: float = 1.0
    """Of the twin's clock against real time: 0.5 gives a machine that is too slow twice the time for everything."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.trial_run import run

        return run(self)


@dataclass(frozen=True)
class ReportTrial:
    """Open the schedule after the last trial, and say which policy is better, and how sure that is."""

    folder: Folder
    early: Annotated[str, tyro.conf.arg(metavar="REASON")] = ""
    """Open what was judged so far, for this reason; ledger and report will say so for ever."""
    key: Path | None = None
    """Where the key lies now; default: where the plan put it."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.trial_report import report

        return report(self)


@dataclass(frozen=True)
class VerifyTrial:
    """Check that schedule and ledger are as they were written; the exit code is 1 where they are not, or not blind."""

    folder: Folder
    head: Annotated[str, tyro.conf.arg(metavar="LINE:HASH")] = ""
    """A head that was noted earlier: it must still be in the ledger."""
    key: Path | None = None
    """Where the key lies now; default: where the plan put it."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.trial_report import check

        return check(self)


TrialCommand = (
    Annotated[PlanTrial, tyro.conf.subcommand("plan")]
    | Annotated[RunTrial, tyro.conf.subcommand("run")]
    | Annotated[ReportTrial, tyro.conf.subcommand("report")]
    | Annotated[VerifyTrial, tyro.conf.subcommand("verify")]
)


@dataclass(frozen=True)
class Trial:
    """Blind trials: policies compared by who does not know which is which."""

    command: TrialCommand

    def run(self) -> int:
        """Run what was asked for; return the exit code."""
        return self.command.run()

"""`diffpol faults`: what goes wrong on purpose, and what comes of it, as a table."""

import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diffpol_ros.cli.signals import Ending, orderly_exit
from diffpol_ros.core.errors import SettingsError
from diffpol_ros.faults.campaign import Stand, count_trials, expected_duration, run_campaign
from diffpol_ros.faults.fault import RIGS, Fault
from diffpol_ros.faults.registry import faults_called
from diffpol_ros.faults.start import run_start
from diffpol_ros.faults.summary import Row, summarize
from diffpol_ros.faults.table import HEADINGS, PARTIAL, beside, cells, read_json, write
from diffpol_ros.faults.trial import Trial
from diffpol_ros.graph.command import ros_environment
from diffpol_ros.graph.joining import join_graph
from diffpol_ros.graph.ports import free_domain

TABLE_WIDTH = 150


@dataclass(frozen=True)
class Faults:
    """Break the running graph on purpose, in every known way, and print what came of it."""

    only: tuple[str, ...] = ()
    """Names of faults; all without it."""
    repeats: int = 20
    """How often each is done on each rig."""
    rig: Literal["all", "fake", "twin", "start"] = "all"
    """fake: the bridge over a scripted robot; twin: the whole graph; start: what is refused before anything runs."""
    output: Annotated[Path | None, tyro.conf.arg(metavar="FILE.{md,json}")] = None
    """Where to write the table too; in a page with the table's marks, only between them."""
    beside: Annotated[tuple[Path, ...], tyro.conf.arg(metavar="FILE.json")] = ()
    """Tables of earlier runs: their rows are written too where this run does not do them again."""
    domain: int = 0
    """ROS domain; 0: one that is free."""

    def run(self) -> int:
        """Run them; return 1 where one failed."""
        if self.repeats < 1:
            raise SettingsError(f"--repeats is {self.repeats}, expected at least 1")
        for path in self.beside:
            read_json(path)
        faults = faults_called(self.only)
        rigs = RIGS if self.rig == "all" else (self.rig,)
        trials: list[Trial] = []
        console = Console(highlight=False)
        console.width = max(console.width, TABLE_WIDTH)
        try:
            with orderly_exit() as ending:
                self._collect(faults, rigs, trials, console, ending)
        except (KeyboardInterrupt, SystemExit):
            self._tell(summarize(faults, trials), console, partial=True)
            raise
        return self._tell(summarize(faults, trials), console)

    def _collect(
        self, faults: tuple[Fault, ...], rigs: tuple[str, ...], trials: list[Trial], console: Console, ending: Ending
    ) -> None:
        total = count_trials(faults, rigs, self.repeats)
        minutes = expected_duration(faults, rigs, self.repeats) / 60.0
        console.print(f"{total} trials, about {minutes:.0f} minutes where nothing else runs")
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diffpol-faults-")))
            domain = self.domain or stack.enter_context(free_domain())
            for trial in run_campaign(faults, rigs, self.repeats, _stand(folder, domain, ending)):
                trials.append(trial)
                console.print(f"{len(trials):>4}/{total} {_line(trial)}", soft_wrap=True)
                self._keep(summarize(faults, trials), partial=len(trials) < total)
                ending.check()

    def _tell(self, rows: list[Row], console: Console, partial: bool = False) -> int:
        table = Table(*HEADINGS, title=PARTIAL if partial else None)
        for row in rows:
            table.add_row(*map(escape, cells(row)), style="" if row.passed else "red")
        console.print(table)
        for row in rows:
            for failure in row.failures:
                console.print(f"[red]{row.fault} ({row.rig})[/]: {escape(failure)}", soft_wrap=True)
        self._keep(rows, partial)
        return 0 if rows and all(row.passed for row in rows) else 1

    def _keep(self, rows: list[Row], partial: bool) -> None:
        if self.output is not None:
            earlier = [row for path in self.beside for row in read_json(path)]
            write(self.output, beside(rows, earlier), partial)


def _line(trial: Trial) -> str:
    wrong = escape("; ".join([*trial.unsafe, *trial.old, *([trial.complaint] if trial.complaint else [])]))
    mark = "[green]passed[/]" if trial.passed else f"[red]failed[/] ({wrong})"
    time = "" if trial.safe is None else f" {1000.0 * trial.safe:.0f} ms"
    mark += "".join(f" (a gap: {escape(gap)})" for gap in trial.gaps)
    return f"{trial.fault} on {trial.rig}: {escape(trial.verdict or 'followed')}{time} {mark}"


def _stand(folder: Path, domain: int, ending: Ending) -> Stand:
    environment = ros_environment(folder / "ros", domain)
    os.environ.update(environment)
    join_graph()
    # Imported here: the DDS library reads the environment when it is loaded.
    from diffpol_ros.nodes.fault_fake_rig import fake_rig
    from diffpol_ros.nodes.fault_twin_rig import twin_rig

    def new_folder() -> Path:
        return Path(tempfile.mkdtemp(dir=folder))

    return Stand(
        fake=lambda: fake_rig(new_folder(), ending.check),
        twin=lambda hands: twin_rig(new_folder(), environment, hands, ending.check),
        start=lambda fault: run_start(fault, new_folder(), environment),
    )

"""Data sets from and for other projects: python -m sim.data import | export | info | join | spoil."""

from dataclasses import dataclass
from pathlib import Path

import tyro

from sim.data.choosing import Join
from sim.data.dataset import Dataset
from sim.data.importing import Import
from sim.data.lerobot.writer import LerobotWriter
from sim.data.spoiling import Spoil
from sim.data.summary import summary
from sim.terminal import run_one


@dataclass(frozen=True)
class Export:
    """Write a data set as a folder of LeRobot v3.0."""

    source: tyro.conf.Positional[Path]
    """Data set to read."""
    output: Path
    """Folder to write; must not exist."""
    task: str | None = None
    """Sentence that says what is done; default: the task's name."""
    view: int = 0
    """View that becomes observation.state; 0 is exact, others are as sensors would have it."""

    def run(self) -> None:
        """Write and say how much."""
        dataset = Dataset.load(self.source)
        LerobotWriter(dataset, self.task or dataset.about.task, self.view).write(self.output)
        size = sum(path.stat().st_size for path in self.output.rglob("*") if path.is_file())
        print(f"{self.output}: {len(dataset.ends)} episodes, {len(dataset.actions)} frames, {size / 1e6:.1f} MB")


@dataclass(frozen=True)
class Info:
    """Print what a data set holds."""

    source: tyro.conf.Positional[Path]
    """Data set to read."""

    def run(self) -> None:
        """Print the table."""
        print(summary(Dataset.load(self.source)))


Command = Import | Export | Info | Join | Spoil
COMMANDS = {"import": Import, "export": Export, "info": Info, "join": Join, "spoil": Spoil}


def main(command: Command) -> None:
    """Do what was asked."""
    command.run()


if __name__ == "__main__":
    run_one(main, COMMANDS, "Data sets from and for other projects.")

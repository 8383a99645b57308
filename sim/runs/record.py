"""run.json: what a run is, and each time that somebody let it go on."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from diffpol_ros.core.settings import load_settings
from sim.errors import RunError
from sim.files import write_whole
from sim.runs.machine import Machine, Source

RECORD = "run.json"
End = Literal["running", "finished", "stopped", "failed"]


@dataclass(frozen=True)
class About:
    """What a run is: runs of the same task and method with other seeds are drawn as one curve."""

    task: str
    method: str
    seed: int


@dataclass(frozen=True)
class Session:
    """One process's share of a run.

    command: as it was given. started, ended: in UTC, ISO 8601; while it runs and after a crash, `ended` is when it was
    last heard of. wall_seconds, cpu_seconds: of this process and its finished children [s]. first_step, last_step: of
    the scalars. state: how it ended.
    """

    source: Source
    command: tuple[str, ...]
    machine: Machine
    versions: dict[str, str]
    started: str
    ended: str
    wall_seconds: float
    cpu_seconds: float
    first_step: int
    last_step: int
    state: End


@dataclass(frozen=True)
class RunRecord:
    """The whole of run.json."""

    about: About
    sessions: tuple[Session, ...]

    def save(self, folder: Path) -> None:
        """Write `folder`/run.json whole or not at all."""
        with write_whole(folder / RECORD) as unfinished:
            unfinished.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "RunRecord":
        """Read what `save` wrote."""
        if not (folder / RECORD).exists():
            raise RunError(f"{folder}: holds no {RECORD}, so it is no run: name a folder that a training wrote")
        return load_settings(cls, folder / RECORD)

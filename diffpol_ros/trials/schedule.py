"""The sealed schedule: who competes, from which initial conditions, in an order that only the key tells."""

import dataclasses
import hashlib
import json
import string
from dataclasses import dataclass
from pathlib import Path

from diffpol_ros.core.settings import parse_settings, read_text
from diffpol_ros.trials.files import write_whole
from diffpol_ros.trials.place import Place
from diffpol_ros.trials.rules import Rules

FORMAT = 1


@dataclass(frozen=True)
class Policy:
    """A policy that competes: its name, where it lies, and the hash of its files."""

    name: str
    path: str
    sha256: str


@dataclass(frozen=True)
class Condition:
    """How the world is when a trial begins: the twin's seed, or a place a person sets up.

    picture: an image of the start, laid over the camera's for the operator; none where empty.
    place: where the object shall stand, in the robot base frame; where none is given, the first trial's is kept.
    """

    seed: int
    name: str = ""
    picture: str = ""
    place: Place | None = None

    def __str__(self) -> str:
        """Return what the operator calls it."""
        return self.name or f"seed {self.seed}"


@dataclass(frozen=True)
class SealedTrial:
    """One trial: its number from 1, the place of its condition in the list, and what hides and binds its policy."""

    number: int
    condition: int
    commitment: str
    envelope: str


@dataclass(frozen=True)
class Schedule:
    """All that was decided at the start. format: of the file. campaign: a random name."""

    format: int
    campaign: str
    policies: tuple[Policy, ...]
    conditions: tuple[Condition, ...]
    rules: Rules
    trials: tuple[SealedTrial, ...]

    def __post_init__(self) -> None:
        if self.format != FORMAT:
            raise ValueError(f"format is {self.format}, this version reads {FORMAT}")
        numbers = [trial.number for trial in self.trials]
        if numbers != list(range(1, len(self.policies) * len(self.conditions) + 1)):
            raise ValueError("trials are not one for each policy and condition, numbered from 1")
        for trial in self.trials:
            if trial.condition != (trial.number - 1) // len(self.policies):
                raise ValueError(f"trial {trial.number} is not in its condition's block")
            if any(set(text) - set(string.hexdigits) for text in (trial.commitment, trial.envelope)):
                raise ValueError(f"trial {trial.number} is not written in hexadecimal")

    def condition_of(self, trial: SealedTrial) -> Condition:
        """Return the initial condition of a trial."""
        return self.conditions[trial.condition]


def write_schedule(path: Path, schedule: Schedule) -> str:
    """Write the file; return the sha256 of its bytes."""
    content = (json.dumps(dataclasses.asdict(schedule), indent=1) + "\n").encode()
    write_whole(path, content)
    return hashlib.sha256(content).hexdigest()


def read_schedule(path: Path) -> tuple[Schedule, str]:
    """Read the file; return the schedule, and the sha256 of its bytes."""
    text = read_text(path)
    return parse_settings(Schedule, text, str(path)), hashlib.sha256(text.encode()).hexdigest()

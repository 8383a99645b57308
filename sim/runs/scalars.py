"""log.jsonl: one scalar a line, in a file that a killed process leaves readable."""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import RunError
from sim.files import write_whole

LOG = "log.jsonl"
TAIL_BYTES = 4096


@dataclass(frozen=True)
class Scalar:
    """A number that was `value` after `step` updates or iterations and `seconds` [s] of training; nan: not finite."""

    name: str
    step: int
    seconds: float
    value: float

    def line(self) -> str:
        """Return the line that says this."""
        value = self.value if math.isfinite(self.value) else None
        fields = {"name": self.name, "step": self.step, "seconds": round(self.seconds, 3), "value": value}
        return json.dumps(fields, ensure_ascii=False) + "\n"


def read_scalars(folder: Path) -> list[Scalar]:
    """Return what `folder`/log.jsonl says; the last line may be half, where a process was killed writing it."""
    path = folder / LOG
    if not path.exists():
        return []
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise RunError(f"{path}: cannot be read: {error.strerror or error}") from error
    return [_parse(line, f"{path}, line {number}") for number, line in enumerate(lines[:-1], start=1)]


def last_step(folder: Path) -> int | None:
    """Return the step of the newest line, without reading all of them; None before the first."""
    path = folder / LOG
    if not path.exists():
        return None
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - TAIL_BYTES))
        lines = stream.read().split(b"\n")[:-1]
    return _parse(lines[-1], str(path)).step if lines else None


def rewrite_scalars(folder: Path, scalars: Iterable[Scalar]) -> None:
    """Let `folder`/log.jsonl say this and nothing else."""
    with write_whole(folder / LOG) as unfinished:
        unfinished.write_text("".join(scalar.line() for scalar in scalars), encoding="utf-8")


def _parse(line: bytes, source: str) -> Scalar:
    try:
        fields = json.loads(line)
        value = math.nan if fields["value"] is None else float(fields["value"])
        return Scalar(str(fields["name"]), int(fields["step"]), float(fields["seconds"]), value)
    except (ValueError, KeyError, TypeError) as error:
        example = Scalar("loss", 100, 1.5, 0.25).line().strip()
        raise RunError(f"{source}: is no scalar ({_short(error)}): expected a line such as {example}") from error


def _short(error: Any) -> str:
    return f"{type(error).__name__}: {error}"

"""Everything that a training needs to go on, in one file that is whole or absent."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal, TypeVar

import torch
from torch import Tensor

from sim.configuration import Plain, first_difference, from_plain, to_plain
from sim.errors import CheckpointError
from sim.files import write_whole

VERSION = 2
Kind = Literal["pretrain", "finetune"]
Weights = dict[str, Tensor]
Settings = TypeVar("Settings")


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """State after `step` updates (pretrain) or iterations (finetune) and `seconds` [s] of training.

    configuration: the settings by `sim.configuration.to_plain`. limits: of observation and action, as lists.
    weights: a state_dict for each part of the policy. state: optimisers, scales, generators, whatever goes on with it.
    """

    kind: Kind
    step: int
    seconds: float
    configuration: Plain
    limits: dict[str, list[float]]
    weights: dict[str, Weights]
    state: dict[str, Any]

    def save(self, path: Path) -> None:
        """Write the file whole or not at all: where that fails, the file that was there stays."""
        try:
            with write_whole(path) as unfinished, unfinished.open("wb") as stream:
                torch.save({"version": VERSION, **vars(self)}, stream)
        # torch's writer says RuntimeError where the disk is full.
        except (OSError, RuntimeError) as error:
            kept = "the one before is untouched" if path.exists() else "nothing was written"
            raise CheckpointError(f"{path}: cannot be written ({_first_line(error)}); {kept}") from error

    @classmethod
    def load(cls, path: Path, *kinds: Kind) -> "Checkpoint":
        """Read a file, of one of `kinds` where any are given; nothing in it is ever executed."""
        if not path.is_file():
            raise CheckpointError(f"{path}: there is no such file; train with `python -m sim.pretrain`")
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
        # torch raises whatever its parts raise on a damaged file.
        except Exception as error:
            raise CheckpointError(f"{path}: cannot be read ({_first_line(error)}); train anew") from error
        checkpoint = cls(**_checked(content, path))
        if kinds and checkpoint.kind not in kinds:
            raise CheckpointError(f"{path}: is of kind {checkpoint.kind}, expected {' or '.join(kinds)}")
        return checkpoint

    def settings(self, kind: type[Settings], source: Path | str = "the checkpoint") -> Settings:
        """Return the configuration as a `kind`; `source` names the file in errors."""
        return from_plain(kind, self.configuration, f"{source}: the configuration")

    def part(self, name: str, source: Path | str = "the checkpoint") -> Weights:
        """Return the weights of a part of the policy."""
        if name not in self.weights:
            raise CheckpointError(f"{source}: holds no weights {name!r}, only {', '.join(self.weights)}")
        return self.weights[name]

    def require_same(self, settings: object, limits: Mapping[str, list[float]], source: Path | str) -> None:
        """Refuse to go on under other settings, or on data of another range."""
        theirs = to_plain(self.settings(type(settings), source))
        difference = first_difference(theirs, to_plain(settings))
        cure = "name another --output, or delete it"
        if difference:
            field, theirs, ours = difference
            raise CheckpointError(f"{source}: {field} is {theirs} there and {ours} here; {cure}")
        difference = first_difference(self.limits, limits)
        if difference:
            raise CheckpointError(f"{source}: was trained on other data: {_limit(difference)}; {cure}")


def _checked(content: Any, path: Path) -> dict[str, Any]:
    """Return the fields of a checkpoint; `content` is whatever was in a file."""
    if not isinstance(content, dict) or "version" not in content:
        raise CheckpointError(f"{path}: is no checkpoint of this program; train anew")
    if content["version"] != VERSION:
        raise CheckpointError(f"{path}: is of version {content['version']}, expected {VERSION}; train anew")
    names = {field.name for field in fields(Checkpoint)}
    if set(content) != names | {"version"}:
        wrong = ", ".join(sorted(map(str, set(content) ^ (names | {"version"}))))
        raise CheckpointError(f"{path}: is no whole checkpoint: {wrong} missing or unknown; train anew")
    return {name: content[name] for name in names}


def _limit(difference: tuple[str, Any, Any]) -> str:
    name, theirs, ours = difference
    if not isinstance(theirs, list) or not isinstance(ours, list) or len(theirs) != len(ours):
        return f"limits {name} differ in size"
    index = next(place for place, pair in enumerate(zip(theirs, ours, strict=True)) if pair[0] != pair[1])
    return f"{name}[{index}] is {theirs[index]} there and {ours[index]} here"


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__

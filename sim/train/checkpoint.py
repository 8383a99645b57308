"""Everything that training needs to go on, in one file that is whole or absent."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from sim.errors import CheckpointError
from sim.files import write_whole

VERSION = 1
KEYS = ("version", "step", "seconds", "configuration", "limits", "network", "average", "optimiser")


@dataclass(frozen=True)
class Checkpoint:
    """State after `step` updates and `seconds` [s] of training.

    configuration: the settings as nested plain values. limits: of observation and action, as lists.
    """

    step: int
    seconds: float
    configuration: dict[str, Any]
    limits: dict[str, list[float]]
    network: dict[str, torch.Tensor]
    average: dict[str, torch.Tensor]
    optimiser: dict[str, Any]

    def save(self, path: Path) -> None:
        """Write the file whole or not at all."""
        with write_whole(path) as unfinished:
            torch.save({"version": VERSION, **vars(self)}, unfinished)

    @classmethod
    def load(cls, path: Path) -> "Checkpoint":
        """Read a file; nothing in it is ever executed."""
        if not path.exists():
            raise CheckpointError(f"{path}: does not exist; train with `python -m sim.train`")
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
        # torch raises whatever its parts raise on a damaged file.
        except Exception as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise CheckpointError(f"{path}: cannot be read ({reason}); train anew") from error
        if not isinstance(content, dict) or set(content) != set(KEYS) or content["version"] != VERSION:
            raise CheckpointError(f"{path}: is no checkpoint of version {VERSION}; train anew")
        return cls(**{name: content[name] for name in KEYS[1:]})

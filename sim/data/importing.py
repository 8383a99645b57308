"""python -m sim.data import KIND SOURCE --output F: what other projects wrote, as a data set."""

from dataclasses import dataclass
from typing import Annotated

import tyro

from sim.data.diffusion_policy import DiffusionPolicyImport
from sim.data.lerobot.reader import LerobotImport
from sim.data.robomimic import RobomimicImport
from sim.data.summary import summary


@dataclass(frozen=True)
class Import:
    """Turn what another project wrote into a data set."""

    kind: tyro.conf.OmitArgPrefixes[
        Annotated[RobomimicImport, tyro.conf.subcommand("robomimic", prefix_name=False)]
        | Annotated[DiffusionPolicyImport, tyro.conf.subcommand("diffusion-policy", prefix_name=False)]
        | Annotated[LerobotImport, tyro.conf.subcommand("lerobot", prefix_name=False)]
    ]
    """Who wrote it."""

    def run(self) -> None:
        """Read, check, write and say what it was."""
        dataset = self.kind.read()
        dataset.check(str(self.kind.source))
        dataset.save(self.kind.output)
        print(f"{self.kind.output}: {self.kind.output.stat().st_size / 1e6:.1f} MB")
        print(summary(dataset))

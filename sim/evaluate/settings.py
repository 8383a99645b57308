"""What evaluations are under."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from diffpol_ros.policy.stage.settings import StageSettings
from sim.envs.block import BlockLiftSettings
from sim.envs.noise import DEFAULT, load_complete
from sim.envs.randomisation import RandomisationSettings


@dataclass(frozen=True)
class BlockConditions:
    """The block task with the robot's own code in simulated time: on the true state, and on what cameras make of it."""

    environment: BlockLiftSettings = field(default_factory=BlockLiftSettings)
    """The world of the first condition."""
    noise: str = DEFAULT
    """What cameras do, in the second condition: a name in calibration/noise or a file."""
    camera_latency: float = 0.03
    """From observation to control in the second condition [s]."""
    latency: float = 0.0
    """Simulated time from the tick that asks for an inference until its chunk is there [s], in steps of 10 ms."""
    seam: Literal["auto", "none", "ensemble", "blend", "inpaint"] = "auto"
    """What happens where a chunk meets the plan that runs; auto: as on the robot."""

    @property
    def views(self) -> Iterator[tuple[str, BlockLiftSettings]]:
        """Yield each condition's name and world."""
        yield "state", self.environment
        noise = load_complete(self.noise)
        yield "as cameras see", replace(self.environment, noise=noise, latency=self.camera_latency)

    @property
    def stage(self) -> StageSettings:
        """Return how chunks follow one another."""
        return StageSettings(seam=self.seam)


@dataclass(frozen=True)
class OtherConditions:
    """Any other task, in worlds that are stepped together."""

    worlds: int = 50
    """Episodes played at once."""
    randomisation: RandomisationSettings = field(default_factory=lambda: RandomisationSettings(action_noise=0.0))
    """Where anything of this is set: a second condition in which worlds differ from episode to episode."""

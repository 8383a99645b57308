"""A fine-tuned diffusion policy as the robot samples it."""

from dataclasses import dataclass

from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.networks.denoiser import DenoiserNetwork


@dataclass(frozen=True, eq=False)
class ExportedNetworks:
    """What a bundle holds: `base` for the first steps of `diffusion`, `tuned` for the last `last_steps`."""

    base: DenoiserNetwork
    tuned: DenoiserNetwork
    last_steps: int
    diffusion: Diffusion

    @property
    def each(self) -> tuple[DenoiserNetwork, ...]:
        """Return the network of each step, noisiest first; without `base` where every step is fine-tuned."""
        before = self.diffusion.inference_steps - self.last_steps
        return (self.base,) * before + (self.tuned,) * self.last_steps

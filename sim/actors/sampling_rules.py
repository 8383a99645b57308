"""DPPO's three samplers of one diffusion policy: exploring, likelihoods, use."""

import dataclasses
from dataclasses import dataclass

from diffpol_ros.policy.manifest.schedule import Diffusion
from sim.errors import ActorError


@dataclass(frozen=True)
class DiffusionActorSettings:
    """Which denoising steps are fine-tuned, and how much noise they have, in normalised units."""

    fine_tuned_steps: int = 10
    """K', the last steps of the sampler, which are fine-tuned; those before stay as they were."""
    sampling_floor: float = 0.1
    """Least standard deviation of each step while exploring."""
    likelihood_floor: float = 0.1
    """Least standard deviation of each step in likelihoods."""
    persistence: float = 0.0
    """Share of the last step's noise that lasts from one action of a chunk to the next, while exploring: 0 as in the
    paper, where what an action is off by says nothing of the next; near 1 a chunk is off as a whole."""
    quiet: tuple[int, ...] = ()
    """Numbers of an action, from 0, to which the last step adds no noise: what is not tried is not learned."""
    noise_clip: float | None = 3.0
    """Each draw of a step is clamped to +- this many deviations; the starting noise is not."""
    evaluation_floor: float = 1e-3
    """Least standard deviation of DDPM's steps in use, but for the last, which has no noise; DDIM has none at all."""
    action_clip: float | None = None
    """Chunks are clamped to +- this in the end; None: they may leave the range of the data."""

    def __post_init__(self) -> None:
        """Refuse what leaves nothing to learn, or no density."""
        if self.fine_tuned_steps < 1:
            raise ActorError(f"fine_tuned_steps is {self.fine_tuned_steps}, expected 1 or more")
        for name in ("sampling_floor", "evaluation_floor"):
            if not getattr(self, name) >= 0.0:
                raise ActorError(f"{name} is {getattr(self, name)}, expected 0 or more")
        for name in ("noise_clip", "action_clip"):
            bound = getattr(self, name)
            if bound is not None and not bound > 0.0:
                raise ActorError(f"{name} is {bound}, expected more than 0, or none")
        if any(number < 0 for number in self.quiet):
            raise ActorError(f"quiet is {self.quiet}, expected numbers of an action, counted from 0")
        if not 0.0 <= self.persistence < 1.0:
            raise ActorError(f"persistence is {self.persistence}, expected 0 or more and less than 1")
        if not self.likelihood_floor > 0.0:
            raise ActorError(
                f"likelihood_floor is {self.likelihood_floor}, expected more than 0: the last step has no other noise"
            )

    def exploring(self, diffusion: Diffusion) -> Diffusion:
        """Return the sampler of roll-outs: DDIM with eta 1, and no step with less noise than the floor."""
        eta = 1.0 if diffusion.sampler == "ddim" else 0.0
        return _sampler(diffusion, eta, (self.sampling_floor, self.sampling_floor), self.noise_clip)

    def likelihood(self, diffusion: Diffusion) -> Diffusion:
        """Return the sampler that roll-outs are taken to come from: as exploring, with the floor of likelihoods."""
        floors = self.likelihood_floor, self.likelihood_floor
        return _sampler(self.exploring(diffusion), self.exploring(diffusion).eta, floors, self.noise_clip)

    def in_use(self, diffusion: Diffusion) -> Diffusion:
        """Return the sampler of evaluation and of the robot: DDIM without noise, DDPM with its own."""
        floor = self.evaluation_floor if diffusion.sampler == "ddpm" else 0.0
        return _sampler(diffusion, 0.0, (floor, 0.0), self.noise_clip)


def _sampler(diffusion: Diffusion, eta: float, floors: tuple[float, float], noise_clip: float | None) -> Diffusion:
    """Return `diffusion` with other noise; DDIM's predicted noise follows the clipped clean chunk, as in DPPO."""
    if diffusion.sampler == "consistency":
        raise ActorError(
            "a consistency sampler cannot be fine-tuned: its steps have no likelihoods; choose ddpm or ddim"
        )
    return dataclasses.replace(
        diffusion,
        eta=eta,
        recompute_epsilon=diffusion.sampler == "ddim",
        deviation_floor=floors[0],
        last_deviation_floor=floors[1],
        noise_clip=noise_clip,
    )

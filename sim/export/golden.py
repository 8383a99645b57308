"""Golden vectors: observations of real episodes and the actions that torch's own sampler gives for them."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from diffpol_ros.core.spatial import quaternion_from_rot6d
from diffpol_ros.core.types import Pose
from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.golden import Golden
from diffpol_ros.policy.images import network_image
from diffpol_ros.policy.manifest.manifest import Manifest
from diffpol_ros.policy.normalizer import Normalizer
from diffpol_ros.policy.observation import assemble
from sim.demos.expert import Expert
from sim.diffusion.sampler import sample_chunks
from sim.envs.block import BlockLiftEnvironment
from sim.export.parity import random_image
from sim.networks.heads.head import Head
from sim.networks.vision.cameras import CameraEncoders

Vectors = NDArray[np.float32]
Pixels = NDArray[np.uint8]
Networks = nn.Module | Sequence[nn.Module]
EPISODES = 8
STRIDE = 6
"""Episode n is looked at after n times so many steps: from the start to the lift."""


def make_golden(networks: Networks, manifest: Manifest, seed: int, encoders: CameraEncoders | None = None) -> Golden:
    """Return golden vectors of `EPISODES` episodes from `seed` on.

    networks: a head, one denoiser for all steps, or one a step. encoders: of the cameras, whose images are made up.
    """
    environment = BlockLiftEnvironment()
    seeds = range(seed, seed + EPISODES)
    observations = np.stack(
        [_observe(environment, manifest, episode, STRIDE * index) for index, episode in enumerate(seeds)]
    )
    draws = [_draw(manifest, episode) for episode in seeds]
    starts, steps = np.stack([drawn[0] for drawn in draws]), np.stack([drawn[1:] for drawn in draws])
    step_noises = steps if steps.size else None
    images = _images(manifest, seed)
    features = None if encoders is None else _features(encoders, manifest, images)
    actions = sample_actions(networks, manifest, observations, starts, step_noises, features)
    return Golden(observations, starts, actions, step_noises, images=images)


@torch.no_grad()
def sample_actions(
    networks: Networks,
    manifest: Manifest,
    observations: Vectors,
    starts: Vectors,
    step_noises: Vectors | None = None,
    features: Tensor | None = None,
) -> Vectors:
    """Return raw actions (n, T_p, 10) for raw observation vectors (n, T_o * d), all in torch.

    step_noises: (n, S, T_p, 10). features: (n, F), what the cameras' encoders say.
    """
    normalizer = Normalizer(manifest.normalisation.observation, manifest.observation.history_steps)
    seen = torch.from_numpy(normalizer.normalize(observations))
    seen = seen if features is None else torch.cat([seen, features], 1)
    if isinstance(networks, Head):
        chunks = networks.best(seen)
    else:
        draws = None if step_noises is None else torch.from_numpy(step_noises).swapaxes(0, 1)
        chunks = sample_chunks(networks, manifest.diffusion, seen, torch.from_numpy(starts), draws=draws)
    return Normalizer(manifest.normalisation.action).denormalize(chunks.numpy())


def _images(manifest: Manifest, seed: int) -> dict[str, Pixels]:
    """Return images (n, height, width, 3) for each camera."""
    random = np.random.default_rng(seed)
    return {
        encoder.camera: np.stack([random_image(encoder, random) for _ in range(EPISODES)])
        for encoder in manifest.networks.encoders
    }


@torch.no_grad()
def _features(encoders: CameraEncoders, manifest: Manifest, images: Mapping[str, Pixels]) -> Tensor:
    fitting = {
        encoder.camera: torch.stack(
            [torch.from_numpy(network_image(image, encoder.height, encoder.width)) for image in images[encoder.camera]]
        )
        for encoder in manifest.networks.encoders
    }
    return encoders.eval()(fitting)


def _draw(manifest: Manifest, seed: int) -> Vectors:
    """Return the start and the noise of each step that has any (1 or 1 + S, T_p, 10), as the sampler takes them."""
    steps = sampling_steps(manifest.diffusion) if manifest.networks.kind == "denoiser" else ()
    rows = 1 + (len(steps) if any(step.deviation for step in steps) else 0)
    drawn = np.random.default_rng(seed).standard_normal((rows, *manifest.sample_shape), dtype=np.float32)
    limit = manifest.diffusion.noise_clip
    if limit is not None:
        drawn[1:] = drawn[1:].clip(-limit, limit)
    return drawn


def _observe(environment: BlockLiftEnvironment, manifest: Manifest, seed: int, steps: int) -> Vectors:
    """Return the observation vector after so many steps of the expert."""
    expert = Expert()
    history = [environment.reset(seed)]
    for _ in range(steps):
        plan = expert.plan(history[-1])
        expert.executed(Pose(plan[0, :3], quaternion_from_rot6d(plan[0, 3:9])))
        history.append(environment.step(plan))
    return assemble(history, manifest.observation)

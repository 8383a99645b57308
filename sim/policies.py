"""A trained policy from either form, a bundle or a checkpoint, ready for the robot's own PolicyRunner."""

import dataclasses
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.diffusion.sampling import StepwiseEngine
from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.manifest.manifest import Manifest, Normalisation, Provenance
from diffpol_ros.policy.sampler import Sampler
from sim.checkpoints import Checkpoint
from sim.data.limits import limits_from_plain
from sim.errors import ExportError
from sim.networks.denoiser import DenoiserNetwork
from sim.policy_settings import policy_of

Vectors = NDArray[np.float32]
ROBOT = "panda"
TASK = "Lift the tagged 60 mm block at least 0.10 m and keep it up for 0.5 s, within 12 s."
NOWHERE = Provenance(commit="none: a checkpoint", command="none", seed=0, date="unknown")


class TorchDenoiser:
    """A network in torch where the robot has one in ONNX Runtime."""

    def __init__(self, network: torch.nn.Module) -> None:
        """Ask `network`."""
        self._network = network.eval()

    @torch.no_grad()
    def predict(self, sample: Vectors, step: int, observation: Vectors, label: Vectors | None = None) -> Vectors:
        """Return the network's output for a batch at one training level."""
        steps = torch.full((len(sample),), step, dtype=torch.int64)
        inputs = [torch.from_numpy(sample), steps, torch.from_numpy(observation)]
        return self._network(*inputs, *([] if label is None else [torch.from_numpy(label)])).numpy()


def load_network(checkpoint: Checkpoint) -> torch.nn.Module:
    """Return what a pre-training has learned, with its averaged weights, on the CPU: see PolicySettings.build."""
    network = policy_of(checkpoint).build()
    network.load_state_dict(checkpoint.part("average"))
    return network.eval()


def load_denoiser(checkpoint: Checkpoint) -> DenoiserNetwork:
    """Return the network of a checkpoint where it is a denoiser of states."""
    network = load_network(checkpoint)
    if not isinstance(network, DenoiserNetwork):
        raise ExportError(f"the checkpoint's network is a {type(network).__name__}, expected a denoiser of states")
    return network


def manifest_of(checkpoint: Checkpoint, name: str, provenance: Provenance = NOWHERE) -> Manifest:
    """Return what a checkpoint's bundle says, but for files and metrics."""
    policy, limits = policy_of(checkpoint), limits_from_plain(checkpoint.limits)
    observation, action = policy.observation(), policy.action()
    if observation is None or action is None:
        raise ExportError(f"a policy of task {policy.task} is for no robot: only the block task's becomes a bundle")
    return Manifest(
        version=2,
        name=name,
        robot=ROBOT,
        task=TASK,
        observation=observation,
        action=action,
        normalisation=Normalisation(limits.observation, limits.action),
        diffusion=policy.diffusion(),
        provenance=provenance,
        files=(),
    )


def load_policy(path: Path, executed_steps: int | None = None) -> Bundle:
    """Return the bundle in a folder, or a checkpoint file in the form of one; `executed_steps` overrides T_a."""
    bundle = Bundle.load(path) if path.is_dir() else _bundle_of(path)
    if executed_steps is None:
        return bundle
    action = dataclasses.replace(bundle.manifest.action, executed_steps=executed_steps)
    return dataclasses.replace(bundle, manifest=dataclasses.replace(bundle.manifest, action=action))


def _bundle_of(path: Path) -> Bundle:
    checkpoint = Checkpoint.load(path)
    manifest = manifest_of(checkpoint, path.stem)
    steps = sampling_steps(manifest.diffusion)
    networks = [TorchDenoiser(load_denoiser(checkpoint))] * len(steps)
    sampler = Sampler(manifest, StepwiseEngine(networks, steps, manifest.diffusion.clip))
    return Bundle(path, manifest, sampler, digest=f"{path.name} after {checkpoint.step} updates", golden_error=0.0)

"""A trained policy as a bundle for the robot's own PolicyRunner: from a folder, or from a checkpoint."""

import dataclasses
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.diffusion.sampling import Request, StepwiseEngine
from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.engines.engine import PolicyEngine
from diffpol_ros.policy.engines.requests import refuse_frozen
from diffpol_ros.policy.manifest.manifest import Manifest, Normalisation, Provenance
from diffpol_ros.policy.manifest.networks import FineTuned, ImageEncoder, Networks
from diffpol_ros.policy.sampler import Sampler
from sim.errors import ExportError
from sim.networks.heads.head import Head
from sim.trained import Trained, load_trained

Vectors = NDArray[np.float32]
ROBOT = "panda"
TASK = "Lift the tagged 60 mm block at least 0.10 m and keep it up for 0.5 s, within 12 s."
NOWHERE = Provenance(commit="none: a checkpoint", command="none", seed=0, date="unknown")
FINE_TUNED, DIRECT = "fine_tuned.onnx", "direct.onnx"


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


class TorchDirect:
    """A head in torch where the robot has a direct policy in ONNX Runtime."""

    def __init__(self, head: Head) -> None:
        """Ask `head`."""
        self._head = head.eval()

    @torch.no_grad()
    def denoise(self, request: Request) -> Vectors:
        """Return the normalised chunks (N, T_p, d) that the head thinks best."""
        refuse_frozen(request, "a head in torch")
        return self._head.best(torch.from_numpy(request.observation)).numpy()


def manifest_of(
    trained: Trained, name: str, provenance: Provenance = NOWHERE, encoders: tuple[ImageEncoder, ...] = ()
) -> Manifest:
    """Return what a policy's bundle says, but for files and metrics; `encoders` are its cameras' files."""
    policy, limits = trained.policy, trained.limits
    observation, action = policy.observation(), policy.action()
    if observation is None or action is None:
        raise ExportError(
            f"{trained.source}: a policy of task {policy.task} is for no robot: only the block task's becomes a bundle"
        )
    return Manifest(
        version=2,
        name=name,
        robot=ROBOT,
        task=TASK,
        observation=observation,
        action=action,
        normalisation=Normalisation(limits.observation, limits.action),
        diffusion=trained.diffusion,
        provenance=provenance,
        files=(),
        networks=_networks(trained, encoders),
    )


def load_bundle(path: Path, executed_steps: int | None = None) -> Bundle:
    """Return the bundle in a folder, or a checkpoint file in the form of one; `executed_steps` overrides T_a."""
    bundle = Bundle.load(path) if path.is_dir() else bundle_of(load_trained(path))
    if executed_steps is None:
        return bundle
    action = dataclasses.replace(bundle.manifest.action, executed_steps=executed_steps)
    return dataclasses.replace(bundle, manifest=dataclasses.replace(bundle.manifest, action=action))


def bundle_of(trained: Trained) -> Bundle:
    """Return a policy as a bundle whose networks are torch's."""
    path, checkpoint, networks = trained.source, trained.checkpoint, trained.networks
    if trained.encoders is not None:
        raise ExportError(
            f"{path}: the policy looks through cameras, which the plain environment has not: export it, and try it in "
            "the twin (diffpol demo --model)"
        )
    manifest = manifest_of(trained, path.stem)
    if isinstance(networks, Head):
        engine = PolicyEngine(TorchDirect(networks), kind="direct")
    else:
        base, tuned = TorchDenoiser(networks.base), TorchDenoiser(networks.tuned)
        each = [tuned if network is networks.tuned else base for network in networks.each]
        engine = StepwiseEngine(each, sampling_steps(manifest.diffusion), manifest.diffusion.clip)
    digest = f"{path.name} after {checkpoint.step} {'iterations' if checkpoint.kind == 'finetune' else 'updates'}"
    return Bundle(path, manifest, Sampler(manifest, engine), digest=digest, golden_error=0.0)


def _networks(trained: Trained, encoders: tuple[ImageEncoder, ...]) -> Networks:
    """Return the section of the manifest: a base that no step would ask is left out."""
    networks = trained.networks
    if isinstance(networks, Head):
        return Networks("direct", DIRECT, encoders=encoders)
    if networks.last_steps in (0, networks.diffusion.inference_steps):
        return Networks(encoders=encoders)
    return Networks(fine_tuned=FineTuned(FINE_TUNED, networks.last_steps), encoders=encoders)

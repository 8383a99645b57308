"""A folder that the robot accepts, or none at all."""

import dataclasses
import shutil
import tempfile
from pathlib import Path

from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.golden import write_golden
from diffpol_ros.policy.manifest.manifest import Provenance
from diffpol_ros.policy.manifest.networks import DENOISER
from diffpol_ros.policy.manifest.writer import write_manifest
from sim.checkpoints import Checkpoint
from sim.data.dataset import Dataset
from sim.evaluate.results import Evaluation
from sim.export.card import CardFacts, write_card
from sim.export.golden import make_golden
from sim.export.onnx_writer import parity, write_onnx
from sim.export.sampling import Sampling
from sim.policies import load_denoiser, manifest_of

CARD = "card.md"


@dataclasses.dataclass(frozen=True)
class Source:
    """What a bundle is made of."""

    checkpoint: Checkpoint
    demonstrations: Dataset
    evaluation: Evaluation | None
    provenance: Provenance
    sampling: Sampling = dataclasses.field(default_factory=Sampling)


def write_bundle(folder: Path, source: Source, golden_seed: int) -> tuple[Bundle, float]:
    """Replace `folder` by a verified bundle; return it, and how far ONNX Runtime is from torch."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as scratch:
        unfinished = Path(scratch) / folder.name
        unfinished.mkdir()
        difference = _fill(unfinished, source, golden_seed)
        Bundle.load(unfinished)
        if folder.exists():
            shutil.rmtree(folder)
        unfinished.rename(folder)
    return Bundle.load(folder), difference


def _fill(folder: Path, source: Source, golden_seed: int) -> float:
    checkpoint = source.checkpoint
    network = load_denoiser(checkpoint)
    manifest = manifest_of(checkpoint, folder.name, source.provenance)
    manifest = dataclasses.replace(
        manifest, metrics=_metrics(source.evaluation), diffusion=source.sampling.applied(manifest.diffusion)
    )
    write_onnx(network, folder / DENOISER)
    difference = parity(network, folder / DENOISER, manifest.diffusion.train_steps)
    write_golden(folder, make_golden(network, manifest, golden_seed))
    facts = CardFacts(manifest, checkpoint, network, source.demonstrations, source.evaluation, difference)
    (folder / CARD).write_text(write_card(facts), encoding="utf-8")
    write_manifest(folder, manifest)
    return difference


def _metrics(evaluation: Evaluation | None) -> dict[str, float]:
    """Return success rates and their intervals under names without spaces."""
    metrics = {}
    for result in evaluation.results if evaluation else ():
        name = result.condition.replace(" ", "_")
        metrics[f"{name}.success"] = result.successes / result.trials
        metrics[f"{name}.success_low"] = result.low
        metrics[f"{name}.success_high"] = result.high
        metrics[f"{name}.trials"] = float(result.trials)
    return metrics

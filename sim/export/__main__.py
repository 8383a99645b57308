"""Turn a checkpoint into a bundle that the robot verifies: python -m sim.export."""

import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

import tyro

from diffpol_ros.policy.manifest.manifest import Provenance
from sim.checkpoints import Checkpoint
from sim.data.dataset import Dataset
from sim.evaluate.results import Evaluation
from sim.export.bundle_writer import Source, write_bundle
from sim.export.sampling import Sampling
from sim.terminal import run

COMMANDS = " && ".join(f"python -m sim.{step}" for step in ("demos block", "pretrain block", "evaluate", "export"))


@dataclass(frozen=True)
class Arguments:
    """Turn a checkpoint into a bundle: ONNX, manifest, golden vectors, card."""

    checkpoint: Path = Path("results/block_lift/pretrain/checkpoint.pt")
    """File that `python -m sim.pretrain` wrote."""
    demonstrations: Path = Path("results/block_lift/demonstrations.zarr.zip")
    """What it was trained on, for the card."""
    evaluation: Path = Path("results/block_lift/evaluation.json")
    """What `python -m sim.evaluate` found, for card and manifest; may be absent."""
    output: Path = Path("models/block_lift")
    """Folder to replace; its name becomes the bundle's."""
    golden_seed: int = 900_000
    """First seed of the golden vectors' episodes."""
    sampling: tyro.conf.OmitArgPrefixes[Sampling] = field(default_factory=Sampling)


def main(arguments: Arguments) -> None:
    """Export and say what came out."""
    checkpoint = Checkpoint.load(arguments.checkpoint)
    evaluation = Evaluation.load(arguments.evaluation) if arguments.evaluation.exists() else None
    demonstrations = Dataset.load(arguments.demonstrations)
    source = Source(checkpoint, demonstrations, evaluation, _provenance(checkpoint), arguments.sampling)
    bundle, difference = write_bundle(arguments.output, source, arguments.golden_seed)
    size = sum(path.stat().st_size for path in arguments.output.iterdir())
    print(f"{arguments.output}: {size / 1e6:.1f} MB, digest {bundle.digest[:12]}")
    print(f"network, torch against ONNX Runtime: {difference:.1e} (normalised units)")
    print(f"golden actions, torch against the robot's sampler: {bundle.golden_error:.1e} (metres, rotation columns)")
    if evaluation is None:
        print(f"{arguments.evaluation}: absent, so the card has no results; run `python -m sim.evaluate` first")


def _provenance(checkpoint: Checkpoint) -> Provenance:
    return Provenance(
        commit=_commit(),
        command=" && ".join(
            f"python -m sim.{step}" for step in ("demos block", "pretrain block", "evaluate", "export")
        ),
        seed=int(checkpoint.configuration["seed"]),
        date=datetime.now(timezone.utc).date().isoformat(),
    )


def _commit() -> str:
    try:
        answer = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown: not a git checkout"
    return answer.stdout.strip()


if __name__ == "__main__":
    run(main, Arguments)

"""Turn a checkpoint into a bundle that the robot verifies: python -m sim.export."""

from dataclasses import dataclass, field
from pathlib import Path

import tyro

from sim.data.dataset import Dataset
from sim.evaluate.results import Evaluation
from sim.export.bundle_writer import Source, write_bundle
from sim.export.provenance import provenance_of, record_of
from sim.export.sampling import Sampling
from sim.terminal import run
from sim.trained import load_trained


@dataclass(frozen=True)
class Arguments:
    """Turn a checkpoint into a bundle: ONNX, manifest, golden vectors, card. The file says what the policy is."""

    checkpoint: Path = Path("results/block_lift/pretrain/checkpoint.pt")
    """File that `python -m sim.pretrain` or `python -m sim.finetune` wrote."""
    demonstrations: Path = Path("results/block_lift/demonstrations.zarr.zip")
    """What it was trained on, for the card; may be absent."""
    evaluation: Path = Path("results/block_lift/evaluation.json")
    """What `python -m sim.evaluate` found, for card and manifest; may be absent. With --against its base, both are
    shown side by side."""
    output: Path = Path("models/block_lift")
    """Folder to replace; its name becomes the bundle's."""
    golden_seed: int = 900_000
    """First seed of the golden vectors' episodes."""
    sampling: tyro.conf.OmitArgPrefixes[Sampling] = field(default_factory=Sampling)


def main(arguments: Arguments) -> None:
    """Export and say what came out."""
    trained, record = load_trained(arguments.checkpoint), record_of(arguments.checkpoint)
    evaluation = Evaluation.load(arguments.evaluation) if arguments.evaluation.exists() else None
    data = Dataset.load(arguments.demonstrations) if arguments.demonstrations.exists() else None
    provenance = provenance_of(trained.checkpoint, record)
    source = Source(trained, evaluation, provenance, arguments.sampling, data, record)
    bundle, difference = write_bundle(arguments.output, source, arguments.golden_seed)
    size = sum(path.stat().st_size for path in arguments.output.iterdir())
    print(f"{arguments.output}: {size / 1e6:.1f} MB, digest {bundle.digest[:12]}")
    print(f"networks, torch against ONNX Runtime: {difference:.1e} (normalised units)")
    print(f"golden actions, torch against the robot's sampler: {bundle.golden_error:.1e} (metres, rotation columns)")
    if evaluation is None:
        print(f"{arguments.evaluation}: absent, so the card has no results; run `python -m sim.evaluate` first")
    elif not _is_of(evaluation, arguments):
        print(f"{arguments.evaluation}: is of {evaluation.policy}, the card says its results all the same")


def _is_of(evaluation: Evaluation, arguments: Arguments) -> bool:
    """Return whether the evaluation is of this checkpoint, or of the bundle that is replaced."""
    return Path(evaluation.policy).absolute() in (arguments.checkpoint.absolute(), arguments.output.absolute())


if __name__ == "__main__":
    run(main, Arguments)

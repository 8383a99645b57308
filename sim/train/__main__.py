"""Train a diffusion policy on demonstrations: python -m sim.train. Ctrl-C stops it; the same command goes on."""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch.utils.tensorboard import SummaryWriter
from tqdm import tqdm

from sim.data.dataset import Dataset
from sim.terminal import StopRequest, interrupts_asked, run
from sim.train.checkpoint import Checkpoint
from sim.train.settings import TrainSettings
from sim.train.trainer import Trainer, learning_rate

CHECKPOINT = "checkpoint.pt"
LOG_EVERY = 50


@dataclass(frozen=True)
class Arguments:
    """Train a diffusion policy on demonstrations. Run it again to go on after a stop."""

    demonstrations: Path = Path("results/block_lift/demonstrations.zarr.zip")
    """File that `python -m sim.demos` wrote."""
    output: Path = Path("results/block_lift/train")
    """Folder for checkpoint and TensorBoard events."""
    threads: int = 2
    """Of torch on the CPU."""
    save_every: int = 1000
    """Updates between checkpoints."""
    train: TrainSettings = field(default_factory=TrainSettings)
    """What decides the result."""


def main(arguments: Arguments) -> None:
    """Train to the end, from the checkpoint where there is one."""
    torch.set_num_threads(arguments.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    trainer = Trainer(arguments.train, Dataset.load(arguments.demonstrations), device)
    path = arguments.output / CHECKPOINT
    if path.exists():
        trainer.resume(Checkpoint.load(path), path)
        print(f"{path}: going on after update {trainer.step}")
    with interrupts_asked() as stop:
        _loop(trainer, arguments, stop)
    trainer.checkpoint().save(path)
    print(f"{path}: update {trainer.step} of {arguments.train.optimiser.updates}, {trainer.seconds:.0f} s")


def _loop(trainer: Trainer, arguments: Arguments, stop: StopRequest) -> None:
    optimiser = arguments.train.optimiser
    with (
        SummaryWriter(str(arguments.output), purge_step=trainer.step) as writer,
        tqdm(total=optimiser.updates, initial=trainer.step, unit="update", desc="training") as bar,
    ):
        while not trainer.finished and not stop.asked:
            loss = trainer.update()
            bar.update()
            if trainer.step % LOG_EVERY == 0:
                value = float(loss)
                writer.add_scalar("loss", value, trainer.step)
                writer.add_scalar("learning_rate", learning_rate(optimiser, trainer.step), trainer.step)
                bar.set_postfix(loss=f"{value:.4f}")
            if trainer.step % arguments.save_every == 0:
                trainer.checkpoint().save(arguments.output / CHECKPOINT)


if __name__ == "__main__":
    run(main, Arguments)

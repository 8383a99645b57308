"""Improve a policy by the best of what it does: python -m sim.improve block_weak. Ctrl-C keeps all."""

import torch

from sim.improve.arguments import ImproveArguments
from sim.improve.run import improve
from sim.presets.improve import IMPROVE_PRESETS
from sim.terminal import run_preset


def main(arguments: ImproveArguments) -> None:
    """Do all rounds that are not done yet."""
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    improve(arguments, torch.device("cuda" if torch.cuda.is_available() else "cpu"))


if __name__ == "__main__":
    run_preset(main, IMPROVE_PRESETS, "Improve a policy by the best of what it does itself.")

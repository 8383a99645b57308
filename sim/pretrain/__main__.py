"""Train a policy on demonstrations: python -m sim.pretrain block. Ctrl-C stops it; the same command goes on."""

import torch

from sim.presets.pretrain import PRETRAIN_PRESETS
from sim.pretrain.arguments import PretrainArguments
from sim.pretrain.run import pretrain
from sim.terminal import run_preset


def main(arguments: PretrainArguments) -> None:
    """Train to the end, from the checkpoint where there is one."""
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    pretrain(arguments, torch.device("cuda" if torch.cuda.is_available() else "cpu"))


if __name__ == "__main__":
    run_preset(main, PRETRAIN_PRESETS, "Train a policy on demonstrations.")

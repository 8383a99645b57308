"""Fine-tune a policy: python -m sim.finetune hopper --policy CHECKPOINT. Ctrl-C stops it; the same command goes on."""

import torch

from sim.finetune.arguments import FinetuneArguments
from sim.finetune.run import finetune
from sim.presets.finetune import FINETUNE_PRESETS
from sim.terminal import run_preset


def main(arguments: FinetuneArguments) -> None:
    """Fine-tune to the end, from the checkpoint where there is one."""
    if arguments.threads is not None:
        torch.set_num_threads(arguments.threads)
    finetune(arguments, torch.device("cuda" if torch.cuda.is_available() else "cpu"))


if __name__ == "__main__":
    run_preset(main, FINETUNE_PRESETS, "Fine-tune a policy by reinforcement learning.")

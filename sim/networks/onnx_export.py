"""A torch module as one self-contained ONNX file, as the robot's runtime takes it."""

import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from sim.files import write_whole

OPSET = 17
"""Read by ONNX Runtime 1.17 and later."""


def export_onnx(
    module: nn.Module, path: Path, example: tuple[Tensor, ...], inputs: Sequence[str], outputs: Sequence[str]
) -> None:
    """Write `module` in evaluation mode, traced on `example`, with a free batch dimension; the file is whole or absent.

    The module and its parts stay in the modes they were in.
    """
    modes = [(part, part.training) for part in module.modules()]
    try:
        with warnings.catch_warnings(), write_whole(path) as unfinished:
            # The newer exporter needs onnxscript, and these networks gain nothing from it.
            warnings.simplefilter("ignore", DeprecationWarning)
            # group_norm compares a traced size with 1; the answer is the same for every batch.
            warnings.filterwarnings("ignore", category=torch.jit.TracerWarning, module=r"torch\.nn\.functional")
            torch.onnx.export(
                module.eval(),
                example,
                str(unfinished),
                dynamo=False,
                opset_version=OPSET,
                input_names=list(inputs),
                output_names=list(outputs),
                dynamic_axes={name: {0: "batch"} for name in (*inputs, *outputs)},
            )
    finally:
        for part, training in modes:
            part.training = training

"""The files of the benchmarks' networks: each as torch has it and as the robot has it, with the same weights."""

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from benchmarks.chunk_case import ChunkCase, bundle_folder
from benchmarks.policy_networks import build
from diffpol_ros.policy.manifest.networks import DENOISER
from sim.networks.denoiser import DenoiserNetwork


def prepare(case: ChunkCase) -> DenoiserNetwork:
    """Write the case's network into its folder, with random weights where it is no bundle; return it."""
    case.folder.mkdir(parents=True, exist_ok=True)
    if _is_bundle(case):
        path = bundle_folder(case.name) / DENOISER
        network = build(case, _initializers(path.read_bytes()))
        case.onnx.write_bytes(path.read_bytes())
    else:
        torch.manual_seed(0)
        network = build(case)
        network.as_onnx(case.onnx)
    torch.save(network.state_dict(), case.weights)
    return network


def _is_bundle(case: ChunkCase) -> bool:
    return case.name not in ("mlp", "large") and not case.name.startswith("furniture_")


def _initializers(data: bytes) -> dict[str, Tensor]:
    tensors = onnx.load_model_from_string(data).graph.initializer
    return {each.name: torch.from_numpy(np.array(numpy_helper.to_array(each))) for each in tensors}

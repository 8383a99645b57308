"""The network of a bundle: one ONNX Runtime session, checked before it is used.

Inputs: sample (B, T_p, 10) float32, step (B,) int64, observation (B, T_o * frame) float32, all normalised.
Output: output (B, T_p, 10) float32, the noise or the clean sample as the manifest's `prediction` says.
"""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from diffpol_ros.core.errors import BundleError
from diffpol_ros.policy.onnx_file import check_self_contained

Vectors = NDArray[np.float32]
INPUTS = {"sample": ("tensor(float)", 3), "step": ("tensor(int64)", 1), "observation": ("tensor(float)", 2)}
OUTPUTS = {"output": ("tensor(float)", 3)}
PROVIDERS = ["CPUExecutionProvider"]


class Denoiser(Protocol):
    """Whatever predicts from a noisy chunk; the sampler knows no more of it."""

    def predict(self, sample: Vectors, step: int, observation: Vectors) -> Vectors:
        """Return the network's output for a batch at one training level."""
        ...


class OnnxDenoiser:
    """A Denoiser on ONNX Runtime's CPU provider, on `threads` threads."""

    def __init__(self, data: bytes, source: str, threads: int = 1) -> None:
        """Open the model in `data`; `source` names it in errors."""
        check_self_contained(data, source)
        self._source = source
        self._session = _session(data, source, threads)
        _check_tensors(self._session.get_inputs(), INPUTS, source, "input")
        _check_tensors(self._session.get_outputs(), OUTPUTS, source, "output")
        shapes = {tensor.name: tensor.shape for tensor in self._session.get_inputs()}
        self.chunk_shape: tuple[int, int] = tuple(shapes["sample"][1:])
        self.observation_size: int = shapes["observation"][1]

    def predict(self, sample: Vectors, step: int, observation: Vectors) -> Vectors:
        """Return the network's output for a batch at one training level."""
        steps = np.full(len(sample), step, dtype=np.int64)
        inputs = {"sample": sample, "step": steps, "observation": observation}
        try:
            outputs: Sequence[Any] = self._session.run(["output"], inputs)
        except Exception as error:
            raise BundleError(f"{self._source}: does not run ({_first_line(error)}): export the bundle anew") from error
        return outputs[0]


def _first_line(error: Exception) -> str:
    # ONNX Runtime's errors have no common base but Exception, and run over many lines.
    return (str(error).splitlines() or [type(error).__name__])[0]


def _session(data: bytes, source: str, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(data, options, providers=PROVIDERS)
    except Exception as error:
        raise BundleError(f"{source}: does not load ({_first_line(error)}): copy or export the bundle anew") from error


def _check_tensors(tensors: Sequence[Any], expected: dict[str, tuple[str, int]], source: str, kind: str) -> None:
    given = {tensor.name: tensor for tensor in tensors}
    if set(given) != set(expected):
        raise BundleError(f"{source}: has the {kind}s {', '.join(sorted(given))}, expected {', '.join(expected)}")
    for name, (element, rank) in expected.items():
        tensor = given[name]
        batch, *rest = tensor.shape if tensor.shape else [None]
        fixed = kind == "output" or all(isinstance(size, int) and size > 0 for size in rest)
        if tensor.type != element or len(tensor.shape) != rank or not fixed or (isinstance(batch, int) and batch != 1):
            raise BundleError(
                f"{source}: {kind} {name} is {tensor.type} {tensor.shape}, expected {element} with {rank} "
                "dimensions, the first a free batch (or 1) and the others fixed"
            )

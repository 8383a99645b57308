"""A tiny policy: one matrix as its network, exported with plain onnx, and a bundle around it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from diffpol_ros.policy.diffusion.sampling import Draw, StepwiseEngine
from diffpol_ros.policy.diffusion.steps import sampling_steps
from diffpol_ros.policy.golden import Golden, write_golden
from diffpol_ros.policy.manifest.manifest import Manifest, Normalisation, Provenance
from diffpol_ros.policy.manifest.networks import DENOISER
from diffpol_ros.policy.manifest.schedule import Diffusion
from diffpol_ros.policy.manifest.specs import ActionSpec, Limits, ObservationSpec
from diffpol_ros.policy.manifest.writer import write_manifest
from diffpol_ros.policy.runtime.denoiser import Denoiser
from diffpol_ros.policy.sampler import Sampler

STEPS, EXECUTED, ACTION, FRAME, HISTORY = 6, 3, 10, 19, 2


@dataclass(frozen=True)
class MatrixDenoiser:
    """The tiny network in numpy: a matrix on the concatenated inputs."""

    matrix: NDArray[np.float32]

    def predict(self, sample: NDArray, step: int, observation: NDArray, label: NDArray | None = None) -> NDArray:
        """Return the product, in the type of `sample`."""
        batch = len(sample)
        steps = np.full((batch, 1), step * 0.01, sample.dtype)
        inputs = np.concatenate([sample.reshape(batch, -1), steps, observation], axis=1)
        return (inputs @ self.matrix.astype(sample.dtype)).reshape(batch, -1, ACTION)


def matrix(steps: int = STEPS, observation: int = HISTORY * FRAME) -> NDArray[np.float32]:
    """Return weights for `steps` actions and an observation of so many numbers, always the same."""
    size = steps * ACTION
    random = np.random.default_rng(7)
    weights = 0.05 * random.standard_normal((size + 1 + observation, size), dtype=np.float32)
    weights[:size] += 0.5 * np.eye(size, dtype=np.float32)
    return weights


def onnx_model(weights: NDArray[np.float32], renamed: dict[str, str] | None = None) -> onnx.ModelProto:
    """Return the tiny network as ONNX; `renamed` gives inputs other names."""
    names = {name: (renamed or {}).get(name, name) for name in ("sample", "step", "observation")}
    size = weights.shape[1]
    steps, observation = size // ACTION, weights.shape[0] - size - 1
    nodes = [
        helper.make_node("Flatten", [names["sample"]], ["flat"], axis=1),
        helper.make_node("Cast", [names["step"]], ["number"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["number", "hundredth"], ["scaled"]),
        helper.make_node("Unsqueeze", ["scaled", "axis"], ["column"]),
        helper.make_node("Concat", ["flat", "column", names["observation"]], ["inputs"], axis=1),
        helper.make_node("MatMul", ["inputs", "weights"], ["product"]),
        helper.make_node("Reshape", ["product", "shape"], ["output"]),
    ]
    constants = {
        "hundredth": np.array(0.01, np.float32),
        "axis": np.array([1]),
        "weights": weights,
        "shape": np.array([-1, steps, ACTION]),
    }
    value = helper.make_tensor_value_info
    inputs = [
        value(names["sample"], TensorProto.FLOAT, ["batch", steps, ACTION]),
        value(names["step"], TensorProto.INT64, ["batch"]),
        value(names["observation"], TensorProto.FLOAT, ["batch", observation]),
    ]
    outputs = [value("output", TensorProto.FLOAT, ["batch", steps, ACTION])]
    initializers = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def tiny_manifest() -> Manifest:
    """Return its manifest, without files."""
    low, high = np.full(FRAME, -1.0), np.full(FRAME, 1.5)
    return Manifest(
        version=2,
        name="tiny",
        robot="panda",
        task="nothing",
        observation=ObservationSpec("panda_link0", ("block",), HISTORY, max_object_age_s=1.0),
        action=ActionSpec("panda_link0", STEPS, EXECUTED),
        normalisation=Normalisation(
            Limits(tuple(low.tolist()), tuple(high.tolist())), Limits((-1.0,) * ACTION, (1.25,) * ACTION)
        ),
        diffusion=Diffusion(train_steps=50, inference_steps=5),
        provenance=Provenance("0000000", "pytest", 0, "2026-01-01"),
        files=(),
    )


def plain_sampler(manifest: Manifest, denoiser: Denoiser) -> Sampler:
    """Return a sampler that runs `denoiser` step by step."""
    steps = sampling_steps(manifest.diffusion)
    return Sampler(manifest, StepwiseEngine([denoiser] * len(steps), steps, manifest.diffusion.clip))


def golden_of(manifest: Manifest, weights: NDArray[np.float32]) -> Golden:
    """Return golden vectors from the network in numpy."""
    random = np.random.default_rng(3)
    observations = random.uniform(-1.0, 1.0, (4, manifest.observation.dimension)).astype(np.float32)
    noises = random.standard_normal((4, STEPS, ACTION), dtype=np.float32)
    return Golden(
        observations, noises, plain_sampler(manifest, MatrixDenoiser(weights)).sample(observations, Draw(noises))
    )


def write_tiny_bundle(folder: Path, scale: float = 1.0) -> Path:
    """Write a bundle that verifies into a new `folder`; `scale` makes another policy of it."""
    folder.mkdir()
    weights = matrix() * np.float32(scale)
    onnx.save(onnx_model(weights), folder / DENOISER)
    write_golden(folder, golden_of(tiny_manifest(), weights))
    (folder / "card.md").write_text("# tiny\n")
    write_manifest(folder, tiny_manifest())
    return folder

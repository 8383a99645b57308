"""A torch denoiser as one self-contained ONNX file, and how well it agrees."""

from pathlib import Path

import numpy as np

from diffpol_ros.policy.runtime.denoiser import OnnxDenoiser
from sim.networks.denoiser import DenoiserNetwork
from sim.policies import TorchDenoiser


def write_onnx(network: DenoiserNetwork, path: Path) -> None:
    """Write `network` with a free batch dimension and the names that the robot's denoiser expects."""
    network.as_onnx(path)


def parity(network: DenoiserNetwork, path: Path, steps: int, batch: int = 16) -> float:
    """Return the greatest difference between torch and ONNX Runtime over every noise level, on random inputs."""
    onnx = OnnxDenoiser(path.read_bytes(), str(path))
    random = np.random.default_rng(0)
    observation = random.uniform(-1.0, 1.0, (batch, network.observation_size)).astype(np.float32)
    sample = random.standard_normal((batch, *network.chunk_shape), dtype=np.float32)
    plain = TorchDenoiser(network)
    return max(
        float(np.abs(plain.predict(sample, step, observation) - onnx.predict(sample, step, observation)).max())
        for step in range(steps)
    )

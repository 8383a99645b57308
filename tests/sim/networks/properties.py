"""What must hold for every network, as checks on any of them; and small ones to check."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from diffpol_ros.policy.runtime.session import open_session, run_network
from diffpol_ros.policy.runtime.settings import RuntimeSettings
from sim.networks.attention import AttentionSettings
from sim.networks.conv_blocks import ConvSettings
from sim.networks.denoiser import DenoiserNetwork
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.settings import NetworkSettings
from sim.networks.transformer import TransformerSettings
from sim.networks.unet import UnetSettings
from sim.networks.vision.resnet import ResnetSettings
from sim.networks.vision.settings import VisionSettings
from sim.networks.vision.vit import VitSettings

STEPS, DIMENSION, FRAMES, SIZE = 6, 10, 2, 38
SMALL_ATTENTION = AttentionSettings(width=16, heads=2, layers=2)
SMALL_VIT = VitSettings(width=8, heads=2, embedding=6)
SMALL_RESNET = ResnetSettings(keypoints=3, channels=(8, 16), channels_a_group=4)
SMALL_MLP = ResidualMlpSettings(hidden=16, blocks=1, step_size=8)
SMALL: dict[str, NetworkSettings] = {
    "residual MLP": SMALL_MLP,
    "residual MLP with ReLU": ResidualMlpSettings(hidden=16, blocks=2, step_size=8, activation="relu"),
    "residual MLP behind layers": ResidualMlpSettings(16, 1, 8, observation_widths=(12, 6)),
    "U-Net": UnetSettings((8, 16), 8, ConvSettings(groups=4)),
    "U-Net with deep FiLM": UnetSettings((8, 16), 8, ConvSettings(groups=4, film="deep")),
    "U-Net that only shifts": UnetSettings((8,), 8, ConvSettings(groups=4, film_scale=False)),
    "transformer": TransformerSettings(SMALL_ATTENTION),
    "transformer that sees all": TransformerSettings(SMALL_ATTENTION, causal=False),
    "transformer with aligned frames": TransformerSettings(SMALL_ATTENTION, aligned_frames=True),
}


def small_vision(encoder: VitSettings | ResnetSettings = SMALL_VIT) -> VisionSettings:
    """Return two cameras with images of 20 x 24."""
    return VisionSettings(("front", "hand"), height=20, width=24, encoder=encoder, shift=2)


def small_denoisers() -> dict[str, Callable[[], DenoiserNetwork]]:
    """Return denoisers by name, each freshly built when it is called."""
    plain = {name: (lambda each=each: each.build(STEPS, DIMENSION, SIZE, FRAMES)) for name, each in SMALL.items()}
    seeing = small_vision()
    unet = SMALL["U-Net with deep FiLM"]
    return {
        **plain,
        "MLP that sees": lambda: seeing.build_denoiser(SMALL_MLP, STEPS, DIMENSION, SIZE).denoiser,
        "U-Net that sees": lambda: seeing.build_denoiser(unet, STEPS, DIMENSION, SIZE).denoiser,
    }


def denoiser_inputs(network: DenoiserNetwork, batch: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Return random samples, steps and observations, in the type of the network."""
    generator, kind = torch.Generator().manual_seed(seed), next(network.parameters()).dtype
    sample = torch.randn(batch, *network.chunk_shape, generator=generator)
    step = torch.randint(100, (batch,), generator=generator)
    observation = torch.rand(batch, network.observation_size, generator=generator) * 2 - 1
    return sample.to(kind), step, observation.to(kind)


def parameter_count(network: nn.Module) -> int:
    """Return how many numbers are learned."""
    return sum(parameter.numel() for parameter in network.parameters())


def deaf_parameters(network: nn.Module, output: Tensor) -> list[str]:
    """Return the parameters that a loss on `output` gives no gradient, or none that is finite."""
    torch.manual_seed(5)
    (output * torch.randn_like(output)).sum().backward()
    return [
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is None or not torch.isfinite(parameter.grad).all() or not parameter.grad.any()
    ]


def assert_rows_do_not_see_each_other(network: Callable[..., Tensor], *inputs: Tensor) -> None:
    """Hold a batch against its rows, one by one."""
    together = network(*inputs)
    alone = torch.cat([network(*(each[row : row + 1] for each in inputs)) for row in range(len(inputs[0]))])
    torch.testing.assert_close(together, alone)


@torch.inference_mode()
def assert_the_file_says_the_same(path: Path, output: str, network: Callable[..., Tensor], **inputs: Tensor) -> None:
    """Hold what the robot's runtime makes of an exported file against torch; inputs by their names in the file."""
    session = open_session(path.read_bytes(), path.name, RuntimeSettings())
    given = run_network(session, output, {name: each.numpy() for name, each in inputs.items()}, path.name)
    expected = network(*inputs.values()).numpy()
    assert given.shape == expected.shape
    np.testing.assert_allclose(given, expected, atol=1e-5, rtol=0)

"""Every kind of network that is exported, at the sizes of the references' configurations."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from sim.networks.attention import AttentionSettings
from sim.networks.critic import Critic, CriticSettings, DoubleCritic
from sim.networks.denoiser import DenoiserNetwork
from sim.networks.heads.head import Head
from sim.networks.heads.mlp_heads import GaussianMlpSettings, MixtureMlpSettings
from sim.networks.heads.transformer_heads import GaussianTransformerSettings, MixtureTransformerSettings
from sim.networks.residual_mlp import ResidualMlpSettings, dppo_mlp
from sim.networks.transformer import TransformerSettings
from sim.networks.unet import diffusion_policy_unet, furniture_unet
from sim.networks.vision.encoder import VisionEncoder
from sim.networks.vision.networks import VisionCritic
from sim.networks.vision.resnet import ResnetSettings
from sim.networks.vision.settings import VisionSettings
from sim.networks.vision.vit import VitSettings

Exported = DenoiserNetwork | Head | VisionEncoder | Critic | DoubleCritic | VisionCritic

CAN, TRANSPORT, FURNITURE = (4, 7, 23), (8, 14, 59), (16, 10, 58)
"""T_p, a and n of robomimic's and FurnitureBench's tasks."""
PIXELS = 4, 7, 9
"""Of robomimic's Lift and Can from pixels: n are the arm's own numbers."""
SEEING = VisionSettings()
SQUARE = ResidualMlpSettings(1024, 1, 32, observation_widths=(512, 64))
TRANSPORT_ATTENTION = AttentionSettings(width=160, layers=4)
MOVED = 0.02
"""Standard deviation of what is added to every weight."""

KINDS: Mapping[str, Callable[[], Exported]] = {
    "residual MLP, Gym's Hopper": lambda: dppo_mlp("relu").build(4, 3, 11),
    "residual MLP, robomimic's Can": lambda: dppo_mlp().build(*CAN),
    "residual MLP behind layers, Square": lambda: SQUARE.build(*CAN),
    "residual MLP behind a ViT, Can from pixels": lambda: (
        SEEING.build_denoiser(ResidualMlpSettings(512, 1, 32), *PIXELS).denoiser
    ),
    "U-Net with deep FiLM, FurnitureBench": lambda: furniture_unet().build(*FURNITURE),
    "U-Net, Diffusion Policy": lambda: diffusion_policy_unet().build(16, 10, 2 * 58, 2),
    "transformer, Diffusion Policy's Push-T": lambda: TransformerSettings().build(16, 2, 2 * 20, 2),
    "ViT, 96 x 96": lambda: VitSettings().build(96, 96),
    "ViT with its embedding, 96 x 96": lambda: VitSettings(proprioception=False).build(96, 96),
    "ResNet-18, 96 x 96": lambda: ResnetSettings().build(96, 96),
    "Gaussian MLP, Can": lambda: GaussianMlpSettings().build(*CAN),
    "Gaussian MLP, FurnitureBench": lambda: GaussianMlpSettings(1024, 5).build(*FURNITURE),
    "Gaussian behind a ViT, Can from pixels": lambda: SEEING.build_head(GaussianMlpSettings(), *PIXELS).head,
    "Gaussian transformer, Can": lambda: GaussianTransformerSettings().build(*CAN),
    "Gaussian transformer, Transport": lambda: GaussianTransformerSettings(TRANSPORT_ATTENTION).build(*TRANSPORT),
    "mixture MLP, Can": lambda: MixtureMlpSettings().build(*CAN),
    "mixture behind a ViT, Can from pixels": lambda: SEEING.build_head(MixtureMlpSettings(), *PIXELS).head,
    "mixture transformer, Can": lambda: MixtureTransformerSettings().build(*CAN),
    "critic, Hopper": lambda: Critic(11),
    "critic, FurnitureBench": lambda: Critic(58, CriticSettings(512)),
    "double critic, Hopper": lambda: DoubleCritic(4, 3, 11),
    "critic behind a ViT, Can from pixels": lambda: SEEING.build_critic(CriticSettings(), PIXELS[-1]),
}


def build(kind: str) -> Exported:
    """Return a network all of whose weights have moved: new ones hide faults behind biases of 0 and even attention."""
    torch.manual_seed(0)
    network = KINDS[kind]().eval()
    with torch.no_grad():
        for weights in network.parameters():
            weights += MOVED * torch.randn_like(weights)
    return network


def says(network: Exported) -> Callable[..., Tensor]:
    """Return what the network's file says, in torch."""
    if isinstance(network, Head):
        return network.best
    return network.judging if isinstance(network, VisionCritic) else network

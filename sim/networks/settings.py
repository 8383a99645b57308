"""Every network that a policy may have, as settings: each builds its own with `build`.

`build(predicted_steps, dimension, observation_size, history_steps)` gives chunks of predicted_steps x dimension for
observation vectors of observation_size numbers; transformers split these in history_steps frames.
"""

from sim.networks.critic import CriticSettings
from sim.networks.heads.mlp_heads import GaussianMlpSettings, MixtureMlpSettings
from sim.networks.heads.transformer_heads import GaussianTransformerSettings, MixtureTransformerSettings
from sim.networks.residual_mlp import ResidualMlpSettings
from sim.networks.transformer import TransformerSettings
from sim.networks.unet import UnetSettings

NetworkSettings = ResidualMlpSettings | UnetSettings | TransformerSettings
"""Denoisers."""
GaussianSettings = GaussianMlpSettings | GaussianTransformerSettings
"""Heads that say one Gaussian."""
MixtureSettings = MixtureMlpSettings | MixtureTransformerSettings
"""Heads that say a mixture."""
HeadSettings = GaussianSettings | MixtureSettings
"""Networks that say a distribution over chunks at once."""

__all__ = ["CriticSettings", "GaussianSettings", "HeadSettings", "MixtureSettings", "NetworkSettings"]

"""FiLM: what the step and the observation say to every channel of a convolution (arXiv 1709.07871)."""

from typing import Literal

from torch import Tensor, nn

FilmEncoder = Literal["linear", "deep"]


class Film(nn.Module):
    """Scales and shifts channels: (B, channels, T) under what its encoder makes of a condition (B, size).

    The encoder sees nothing of the sample, so all denoising steps of a chunk can be encoded in one product.
    linear: Mish -> Linear (Diffusion Policy). deep: three Linears with Mish between (DPPO's furniture tasks).
    Without `scale`, channels are only shifted.
    """

    def __init__(self, condition_size: int, channels: int, encoder: FilmEncoder = "linear", scale: bool = True) -> None:
        """Encode a condition of `condition_size` numbers for `channels` channels."""
        super().__init__()
        outputs = 2 * channels if scale else channels
        self.encoder = _encoder(condition_size, outputs, encoder)
        self.scale = scale

    def forward(self, x: Tensor, encoded: Tensor) -> Tensor:
        """Return scale * x + shift, as `encoder` has them for each row."""
        encoded = encoded.unsqueeze(-1)
        if not self.scale:
            return x + encoded
        scale, shift = encoded.chunk(2, dim=1)
        return scale * x + shift


def _encoder(inputs: int, outputs: int, encoder: FilmEncoder) -> nn.Sequential:
    if encoder == "linear":
        return nn.Sequential(nn.Mish(), nn.Linear(inputs, outputs))
    return nn.Sequential(
        nn.Linear(inputs, outputs), nn.Mish(), nn.Linear(outputs, outputs), nn.Mish(), nn.Linear(outputs, outputs)
    )

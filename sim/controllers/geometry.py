"""An arm's geometry as tensors from which a controller makes its link transforms."""

import torch
from torch import Tensor

from diffpol_ros.core.robot_description import DenavitHartenberg


def link_terms(geometry: DenavitHartenberg) -> tuple[Tensor, Tensor, Tensor]:
    """Return (7, 4, 4) matrices so that link i is `constant + cosine * cos(q) + sine * sin(q)`."""
    constant, cosine, sine = torch.zeros(7, 4, 4), torch.zeros(7, 4, 4), torch.zeros(7, 4, 4)
    for link, (a, d, alpha) in enumerate(zip(geometry.a, geometry.d, geometry.alpha, strict=True)):
        ca, sa = torch.cos(torch.tensor(alpha)), torch.sin(torch.tensor(alpha))
        cosine[link, :3, 0] = torch.tensor([1.0, 0.0, 0.0])
        cosine[link, :3, 1] = torch.stack([torch.tensor(0.0), ca, sa])
        sine[link, :3, 0] = torch.stack([torch.tensor(0.0), ca, sa])
        sine[link, :3, 1] = torch.tensor([-1.0, 0.0, 0.0])
        constant[link, :3, 2] = torch.stack([torch.tensor(0.0), -sa, ca])
        constant[link, :3, 3] = torch.stack([torch.tensor(a), -sa * d, ca * d])
        constant[link, 3, 3] = 1.0
    return constant, cosine, sine

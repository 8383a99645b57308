"""Noise that lasts: what one action of a chunk is off by, the next one is off by, too, to a share.

Draws that are independent from action to action cancel out over a chunk, since the arm follows them as one movement;
draws that last move it. A stationary autoregressive process of first order: every draw has the same deviation.
"""

import math

import torch
from torch import Tensor


def lasting(draws: Tensor, share: float) -> Tensor:
    """Return standard normal draws (B, T_p, a) of which each is `share` of the one before, made of independent ones."""
    if not share:
        return draws
    rows = [draws[:, 0]]
    for new in draws[:, 1:].unbind(1):
        rows.append(share * rows[-1] + math.sqrt(1.0 - share**2) * new)
    return torch.stack(rows, 1)


def renewed(lasted: Tensor, shares: Tensor) -> Tensor:
    """Return what `lasting` made `lasted` (B, T_p, a) of, under a share a row (B,): what is new in every action.

    Each depends on actions up to its own only, so that those of a chunk's first actions are all that these ones say.
    """
    share = shares[:, None, None]
    later = (lasted[:, 1:] - share * lasted[:, :-1]) / (1.0 - share.square()).sqrt()
    return torch.cat([lasted[:, :1], later], 1)

"""Images moved by a few pixels at random, so that a network learns to care less where a camera stands."""

import torch
from torch import Tensor


def random_shift(images: Tensor, pad: int, generator: torch.Generator) -> Tensor:
    """Return images (B, C, h, w), each moved by -pad .. pad pixels either way; what comes in repeats the edge.

    By whole pixels, so pixels are moved and never mixed; of any type. Random by a `generator` on the CPU.
    """
    if pad == 0:
        return images
    count, _, height, width = images.shape
    moves = torch.randint(2 * pad + 1, (2, count, 1), generator=generator)
    rows = (moves[0] + torch.arange(height) - pad).clamp(0, height - 1).to(images.device)
    columns = (moves[1] + torch.arange(width) - pad).clamp(0, width - 1).to(images.device)
    index = torch.arange(count, device=images.device)[:, None, None]
    return images.permute(0, 2, 3, 1)[index, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)

"""Rotations on the device, in the project's convention: the first two columns of the matrix, one after the other.

Like all that runs beside Isaac Gym, this file is also read by Python 3.8.
"""

from __future__ import annotations

import torch
from torch import Tensor


def columns_from_quaternion(quaternion: Tensor) -> Tensor:
    """Return six numbers (..., 6) of unit quaternions xyzw (..., 4)."""
    x, y, z, w = quaternion.unbind(-1)
    first = (1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w))
    second = (2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w))
    return torch.stack(first + second, -1)


def rows_from_columns(columns: Tensor) -> Tensor:
    """Return the first two rows (..., 6) of the rotations whose first two columns are nearly `columns` (..., 6).

    FurnitureBench reads six numbers as rows, as pytorch3d does. The columns are made orthonormal first.
    """
    x = torch.nn.functional.normalize(columns[..., :3], dim=-1)
    rest = columns[..., 3:] - (x * columns[..., 3:]).sum(-1, keepdim=True) * x
    y = torch.nn.functional.normalize(rest, dim=-1)
    matrix = torch.stack([x, y, torch.cross(x, y, dim=-1)], dim=-1)
    return matrix[..., :2, :].flatten(-2)

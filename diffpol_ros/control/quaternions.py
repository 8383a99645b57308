"""Unit quaternions xyzw as plain floats: on four numbers numpy's cost per call is many times the arithmetic."""

import math
from collections.abc import Sequence

Numbers = Sequence[float]
Three = tuple[float, float, float]
Four = tuple[float, float, float, float]

SMALL_ANGLE = 1e-6


def product(left: Numbers, right: Numbers) -> Four:
    """Return the rotation `right` followed by `left`."""
    x1, y1, z1, w1 = left
    x2, y2, z2, w2 = right
    return (
        w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
        w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
        w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
        w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
    )


def conjugate(quaternion: Numbers) -> Four:
    """Return the opposite rotation."""
    x, y, z, w = quaternion
    return -x, -y, -z, w


def logarithm(quaternion: Numbers) -> Three:
    """Return the rotation vector [rad], its angle at most pi."""
    x, y, z, w = quaternion
    sine = math.sqrt(x * x + y * y + z * z)
    if w < 0.0:
        x, y, z, w = -x, -y, -z, -w
    scale = 2.0 if sine < SMALL_ANGLE else 2.0 * math.atan2(sine, w) / sine
    return scale * x, scale * y, scale * z


def exponential(vector: Numbers) -> Four:
    """Return the rotation by `vector` [rad]."""
    x, y, z = vector
    angle = math.sqrt(x * x + y * y + z * z)
    scale = 0.5 - angle * angle / 48.0 if angle < SMALL_ANGLE else math.sin(0.5 * angle) / angle
    return scale * x, scale * y, scale * z, math.cos(0.5 * angle)


def from_axes(x: Numbers, y: Numbers, z: Numbers) -> Four:
    """Return the rotation whose matrix has the unit columns `x`, `y`, `z`, with w >= 0."""
    # Of four times the squares of the quaternion's numbers, the greatest: dividing by it loses least.
    squares = (
        1.0 + x[0] - y[1] - z[2],
        1.0 - x[0] + y[1] - z[2],
        1.0 - x[0] - y[1] + z[2],
        1.0 + x[0] + y[1] + z[2],
    )
    largest = max(squares)
    first, second, third = y[0] + x[1], z[0] + x[2], z[1] + y[2]
    minus_z, minus_y, minus_x = x[1] - y[0], z[0] - x[2], y[2] - z[1]
    if largest == squares[3]:
        numbers = (minus_x, minus_y, minus_z, largest)
    elif largest == squares[0]:
        numbers = (largest, first, second, minus_x)
    elif largest == squares[1]:
        numbers = (first, largest, third, minus_y)
    else:
        numbers = (second, third, largest, minus_z)
    scale = math.copysign(0.5 / math.sqrt(largest), numbers[3])
    return numbers[0] * scale, numbers[1] * scale, numbers[2] * scale, numbers[3] * scale

"""Whether something moved while nothing should have."""

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.noise.recording import NoiseError

AXES = ("along x", "along y", "along z", "about x", "about y", "about z")
LEAST = np.array([0.001] * 3 + [0.01] * 3)
GROSS = np.array([0.02] * 3 + [0.15] * 3)
CLEAR = 6.0
EDGE = 8
BLOCKS = 12


def refuse_motion(name: str, times: Array, deviations: Array) -> None:
    """Raise NoiseError where `deviations` (n, 6) at `times` (n,) [s] show a step, a ramp or an excursion, not noise."""
    fast = 1.4826 * np.median(np.abs(np.diff(deviations, axis=0)), axis=0) / np.sqrt(2.0)
    for look in (_step, _ramp, _excursion):
        size, when = look(times, deviations, fast)
        axis = int(np.argmax(size / LEAST))
        if size[axis] > 0.0:
            amount = f"{1e3 * size[axis]:.1f} mm" if axis < 3 else f"{np.degrees(size[axis]):.2f} degrees"
            raise NoiseError(
                f"{name} or a camera moved during the recording: {amount} {AXES[axis]}, {when[axis]:.1f} s after its "
                "start: record again with nothing touched, or give a part in which nothing moves"
            )


def _step(times: Array, values: Array, fast: Array) -> tuple[Array, Array]:
    """Return (6,) the height of the clearest step where it stands out of what is left beside it, and when it is."""
    count = len(values)
    index = np.arange(EDGE, count - EDGE)[:, None]
    sums, squares = np.cumsum(values, axis=0), np.cumsum(values**2, axis=0)
    before = sums[index[:, 0] - 1] / index
    after = (sums[-1] - sums[index[:, 0] - 1]) / (count - index)
    rest = squares[-1] - index * before**2 - (count - index) * after**2
    best = np.argmin(rest, axis=0), np.arange(6)
    height, left = np.abs(after - before)[best], np.sqrt(np.maximum(rest[best], 0.0) / count)
    clear = (height > LEAST) & (height > CLEAR * np.maximum(left, 0.5 * fast))
    return np.where(clear, height, 0.0), times[best[0] + EDGE]


def _ramp(times: Array, values: Array, fast: Array) -> tuple[Array, Array]:
    """Return (6,) the rise over the recording where a straight line explains nearly all of it."""
    centred, shifted = times - times.mean(), values - values.mean(axis=0)
    slope = centred @ shifted / (centred @ centred)
    rise = np.abs(slope) * (times[-1] - times[0])
    left = np.std(shifted - centred[:, None] * slope, axis=0)
    clear = (rise > LEAST) & (rise > CLEAR * np.maximum(left, 0.5 * fast))
    return np.where(clear, rise, 0.0), np.full(6, 0.5 * times[-1])


def _excursion(times: Array, values: Array, fast: Array) -> tuple[Array, Array]:
    """Return (6,) how far stretches of the recording lie apart where no tag wanders that far."""
    blocks = np.array_split(np.arange(len(values)), BLOCKS)
    medians = np.array([np.median(values[block], axis=0) for block in blocks])
    apart = np.ptp(medians, axis=0)
    wide = (apart > GROSS) & (apart > CLEAR * fast)
    when = np.array([times[blocks[one][0]] for one in np.argmax(np.abs(medians - medians[0]), axis=0)])
    return np.where(wide, apart, 0.0), when

"""Places become a model: noise at a reference, powers of distance and tag size, rates of flips and losses."""

import math
from collections.abc import Sequence

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.estimation.noise.model import AxisNoise, Delay, Dropouts, Flips, ObjectNoise, Validity
from diffpol_ros.estimation.noise.place import Place, Spectrum
from diffpol_ros.estimation.noise.recording import NoiseError

DISTINCT = 1.15
FLOOR = np.array([1e-7] * 3 + [1e-6] * 3)
STEEPEST = 6.0


def fit(name: str, tag_size: float, places: Sequence[Place], spectrum: Spectrum | None = None) -> ObjectNoise:
    """Return the model of the object `name`, whose tags have `tag_size` [m], from recordings at `places`."""
    own = [place for place in places if math.isclose(place.tag_size, tag_size, rel_tol=1e-3)]
    if not own:
        raise NoiseError(f"{name}: none of {len(places)} recordings is of its own tags of {1e3 * tag_size:g} mm")
    distance = float(np.exp(np.mean(np.log([place.distance for place in own]))))
    axes = [_axis(places, index, distance, tag_size) for index in range(6)]
    return ObjectNoise(
        name,
        tag_size,
        distance,
        float(np.median([place.rate for place in own])),
        *axes,
        flips=_flips(own),
        dropouts=_dropouts(own),
        delay=_delay(own),
        valid=_validity(places, own),
        spectrum=spectrum,
        places=tuple(places),
    )


def _axis(places: Sequence[Place], index: int, distance: float, tag_size: float) -> AxisNoise:
    records = [place.axes[index] for place in places]
    whites = np.maximum([record.white for record in records], FLOOR[index])
    far = np.log([place.distance / distance for place in places])
    small = np.log([tag_size / place.tag_size for place in places])
    white, power, size_power = _power_law(whites, far, small)
    scale = np.exp(power * far + size_power * small)
    drifts = np.array([record.drift for record in records]) / scale
    times = [record.drift_time for record in records if record.drift > 0.0]
    offsets = [record.offset / one for record, one in zip(records, scale, strict=True) if record.offset is not None]
    return AxisNoise(
        white,
        float(np.sqrt(np.mean(drifts**2))),
        float(np.median(times)) if times else 1.0,
        float(np.sqrt(np.mean(np.square(offsets)))) if offsets else 0.0,
        power,
        size_power,
    )


def _power_law(values: Array, far: Array, small: Array) -> tuple[float, float, float]:
    """Return factor and powers of values = factor * exp(power * far + size_power * small).

    What was not varied gets the power 0; powers beyond any law of optics are chance.
    """
    varied = [column for column in (far, small) if np.ptp(column) > math.log(DISTINCT)]
    columns = np.stack([np.ones_like(far), *varied], axis=1)
    solution = np.linalg.lstsq(columns, np.log(values), rcond=None)[0]
    powers = iter(np.clip(solution[1:], -STEEPEST, STEEPEST))
    power, size_power = (float(next(powers)) if np.ptp(one) > math.log(DISTINCT) else 0.0 for one in (far, small))
    factor = float(np.exp(np.mean(np.log(values) - power * far - size_power * small)))
    return factor, power, size_power


def _flips(places: Sequence[Place]) -> Flips:
    flips = sum(place.flips for place in places)
    if not flips:
        return Flips()
    angle = sum(place.flips * place.flip_angle for place in places) / flips
    return Flips(flips / sum(place.samples for place in places), angle)


def _dropouts(places: Sequence[Place]) -> Dropouts:
    lost, bursts = sum(place.lost for place in places), sum(place.bursts for place in places)
    if not lost:
        return Dropouts()
    return Dropouts(min(0.99, lost / (lost + sum(place.samples for place in places))), lost / bursts)


def _delay(places: Sequence[Place]) -> Delay | None:
    """Return delays that begin where the measured ones do, and are as long on average."""
    pairs = [(place.delay, place.delay_least) for place in places]
    known = [(mean, least) for mean, least in pairs if mean is not None and least is not None]
    if not known:
        return None
    begins = [least for _, least in known]
    jitter = 2.0 * float(np.median([max(0.0, mean - least) for mean, least in known]))
    return Delay(min(begins), max(begins), jitter)


def _validity(places: Sequence[Place], own: Sequence[Place]) -> Validity:
    distances, sizes = [place.distance for place in own], [place.tag_size for place in places]
    return Validity(min(distances), max(distances), min(sizes), max(sizes))

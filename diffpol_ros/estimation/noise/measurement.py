"""From estimates of an object at rest to its noise: white and wandering part, spectrum, flips, losses, delay."""

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from diffpol_ros.core.clock import NANOSECONDS
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.noise.motion import refuse_motion
from diffpol_ros.estimation.noise.place import AxisRecord, Place, Spectrum
from diffpol_ros.estimation.noise.recording import LEAST_SAMPLES, NoiseError, Recording, Scene
from diffpol_ros.estimation.noise.split import split

FLIP_RAD = 0.2
FLIP_CLEAR = 8.0
BANDS = 6
SEGMENT = 256


def measure(recording: Recording, scene: Scene) -> Place:
    """Return the noise of one recording; raise NoiseError where something moved or too little is left."""
    deviations, flipped = _at_rest(recording)
    steady, times = deviations[~flipped], recording.times[~flipped]
    parts = split(times, steady)
    position = scene.truth.position if scene.truth else recording.middle().position
    along, across = _in_view(position, scene, steady)
    delay = _delay(recording)
    gaps = recording.gaps
    records = [
        AxisRecord(
            white=float(parts.white[axis]),
            drift=float(parts.drift[axis]),
            drift_time=float(parts.drift_time[axis]),
            range=float(np.ptp(steady[:, axis])),
            p99=float(np.percentile(np.abs(steady[:, axis] - steady[:, axis].mean()), 99.0)),
            offset=offset,
        )
        for axis, offset in enumerate(_offsets(recording, steady, scene.truth))
    ]
    return Place(
        scene.tag_size,
        float(np.mean([np.linalg.norm(position - np.array(viewpoint)) for viewpoint in scene.viewpoints])),
        (float(position[0]), float(position[1]), float(position[2])),
        samples=len(deviations),
        duration=float(recording.times[-1]),
        rate=1.0 / recording.period,
        lost=int(gaps.sum()),
        bursts=len(gaps),
        longest_burst=int(gaps.max(initial=0)),
        flips=int(flipped.sum()),
        flip_angle=float(np.median(np.linalg.norm(deviations[flipped, 3:], axis=1))) if flipped.any() else 0.0,
        x=records[0],
        y=records[1],
        z=records[2],
        rx=records[3],
        ry=records[4],
        rz=records[5],
        along=along,
        across=across,
        delay=delay and delay[0],
        delay_least=delay and delay[1],
        delay_deviation=delay and delay[2],
    )


def spectrum(recording: Recording) -> Spectrum:
    """Return the deviation in octaves of frequency up to half the frame rate; lost frames are drawn through."""
    deviations, flipped = _at_rest(recording)
    grid = np.arange(0.0, recording.times[-1], recording.period)
    kept = recording.times[~flipped]
    even = np.stack([np.interp(grid, kept, deviations[~flipped, axis]) for axis in range(6)], axis=1)
    segment = min(SEGMENT, len(grid))
    frequencies, density = signal.welch(even, 1.0 / recording.period, nperseg=segment, axis=0)
    power = density * (frequencies[1] - frequencies[0])
    edges = frequencies[-1] * 0.5 ** np.arange(BANDS - 1, -1, -1.0)
    band = np.searchsorted(edges, frequencies)
    levels = [np.sqrt([power[band == one, axis].sum() for one in range(BANDS)]) for axis in range(6)]
    return Spectrum((0.0, *edges.tolist()), *(tuple(level.tolist()) for level in levels))


def _at_rest(recording: Recording) -> tuple[Array, NDArray[np.bool_]]:
    """Return the deviations (n, 6) from the middle, and which frames are flipped (n,)."""
    deviations = recording.deviations(recording.middle())
    turns = np.linalg.norm(deviations[:, 3:], axis=1)
    flipped = turns > max(FLIP_RAD, FLIP_CLEAR * float(np.median(turns)))
    if len(turns) - flipped.sum() < LEAST_SAMPLES:
        raise NoiseError(f"{recording.name}: {flipped.sum()} of {len(turns)} frames are flipped, too few are left")
    refuse_motion(recording.name, recording.times[~flipped], deviations[~flipped])
    return deviations, flipped


def _in_view(position: Array, scene: Scene, steady: Array) -> tuple[float, float]:
    """Return the deviation of the white part along the first camera's ray and across it [m]."""
    ray = position - np.array(scene.viewpoints[0])
    ray /= np.linalg.norm(ray)
    along = float(np.std(np.diff(steady[:, :3] @ ray)) / np.sqrt(2.0))
    beside = steady[:, :3] - np.outer(steady[:, :3] @ ray, ray)
    across = float(np.sqrt(np.sum(np.var(np.diff(beside, axis=0), axis=0)) / 4.0))
    return along, across


def _offsets(recording: Recording, steady: Array, truth: Pose | None) -> list[float | None]:
    """Return how far the mean is from the truth along and about each axis, where the truth is known."""
    if truth is None:
        return [None] * 6
    centre, mean = recording.middle(), steady.mean(axis=0)
    turn = mean[3:] + rotation_between(truth.quaternion, centre.quaternion)
    return [*(mean[:3] + centre.position - truth.position).tolist(), *turn.tolist()]


def _delay(recording: Recording) -> tuple[float, float, float] | None:
    """Return mean, least and deviation of the time from exposure to arrival [s], where known."""
    if recording.arrivals_ns is None:
        return None
    delays = (recording.arrivals_ns - recording.stamps_ns).astype(np.float64) / NANOSECONDS
    if np.min(delays) < 0.0:
        raise NoiseError(
            f"{recording.name}: an estimate arrived {-np.min(delays):.3f} s before its exposure: "
            "the clocks of camera and recorder differ; synchronise them (chrony)"
        )
    return float(np.mean(delays)), float(np.min(delays)), float(np.std(delays))

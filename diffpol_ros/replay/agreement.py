"""How what live nodes said to a bag that was played compares with what was said when it was recorded."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Array
from diffpol_ros.replay.series import ChunkRecord, PoseSeries, Run, Stamps

# Observed farther apart than this, two chunks answer another question.
COMPARABLE_NS = to_ns(0.06)


@dataclass(frozen=True)
class EstimateAgreement:
    """Estimates of one object: how many then and now, of equal stamps, and how far these are apart at most."""

    name: str
    then: int
    now: int
    compared: int
    position_m: float
    rotation_rad: float


@dataclass(frozen=True)
class ChunkAgreement:
    """Chunks: how many then and now, from observations next to each other, and how far the actions of these differ."""

    then: int
    now: int
    compared: int
    position_m: float


def compare_estimates(then: Run, now: Run) -> tuple[EstimateAgreement, ...]:
    """Compare the estimates of each object that either run has."""
    names = sorted({*then.estimates, *now.estimates})
    return tuple(_estimates(name, then.estimates.get(name), now.estimates.get(name)) for name in names)


def compare_chunks(then: Run, now: Run) -> ChunkAgreement:
    """Compare each chunk with that of the nearest observation, at the times that its actions are due."""
    observed_ns = np.array([chunk.observation_ns for chunk in then.chunks], dtype=np.int64)
    distances = []
    for chunk in now.chunks:
        apart_ns = np.abs(observed_ns - chunk.observation_ns)
        if len(apart_ns) and apart_ns.min() <= COMPARABLE_NS:
            distance = _distance(then.chunks[int(apart_ns.argmin())], chunk)
            distances += [] if distance is None else [distance]
    return ChunkAgreement(len(then.chunks), len(now.chunks), len(distances), max(distances, default=0.0))


def _estimates(name: str, then: PoseSeries | None, now: PoseSeries | None) -> EstimateAgreement:
    if then is None or now is None:
        return EstimateAgreement(name, len(then or ()), len(now or ()), 0, 0.0, 0.0)
    _, before, after = np.intersect1d(then.stamps_ns, now.stamps_ns, return_indices=True)
    moved = np.linalg.norm(then.positions[before] - now.positions[after], axis=1)
    pairs = zip(then.quaternions[before], now.quaternions[after], strict=True)
    turned = [float(np.linalg.norm(rotation_between(one, other))) for one, other in pairs]
    farthest = float(moved.max(initial=0.0))
    return EstimateAgreement(name, len(then), len(now), len(before), farthest, max(turned, default=0.0))


def _distance(then: ChunkRecord, now: ChunkRecord) -> float | None:
    """Return how far two chunks are apart at most while both last [m]; None where they never do."""
    if not len(then.due_ns):
        return None
    both = (now.due_ns >= then.due_ns[0]) & (now.due_ns <= then.due_ns[-1])
    if not both.any():
        return None
    return float(np.linalg.norm(_at(then, now.due_ns[both]) - now.positions[both], axis=1).max())


def _at(chunk: ChunkRecord, stamps_ns: Stamps) -> Array:
    # Counted from the chunk's own beginning: nanoseconds since 1970 have no place in a float.
    asked, due = ((stamps - chunk.observation_ns).astype(np.float64) for stamps in (stamps_ns, chunk.due_ns))
    return np.stack([np.interp(asked, due, chunk.positions[:, axis]) for axis in range(3)], axis=1)

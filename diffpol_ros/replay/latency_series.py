"""How long each stage took, one value for each time it ran; `latency` has their distributions."""

from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.types import Array
from diffpol_ros.replay.series import Run, Stamps

INFERENCE_PARTS = ("assemble_ns", "encode_ns", "sample_ns", "decode_ns")
LONGEST_PERIOD_MS = 500.0


@dataclass(frozen=True, eq=False)
class LatencySeries:
    """When a stage was done, (n,) [ns], and how long it had taken, (n,) [ms]."""

    name: str
    stamps_ns: Stamps
    milliseconds: Array


def latency_series(run: Run) -> list[LatencySeries]:
    """Return those of every stage, in the order of the data's way."""
    return [
        *(
            _since(f"exposure to estimate of {name}", each.published_ns, each.stamps_ns)
            for name, each in sorted(run.estimates.items())
        ),
        _since("robot tick to chunk", [c.published_ns for c in run.chunks], [c.observation_ns for c in run.chunks]),
        _inference(run),
        _period(run),
    ]


def _since(name: str, done_ns: object, begun_ns: object) -> LatencySeries:
    done, begun = np.asarray(done_ns, dtype=np.int64), np.asarray(begun_ns, dtype=np.int64)
    return LatencySeries(name, done, (done - begun).astype(np.float64) * 1e-6)


def _inference(run: Run) -> LatencySeries:
    told = [each for each in run.inferences if all(name in each.values for name in INFERENCE_PARTS)]
    took = [1e-6 * sum(int(each.values[name]) for name in INFERENCE_PARTS) for each in told]
    return LatencySeries("inference", np.array([each.published_ns for each in told], dtype=np.int64), np.array(took))


def _period(run: Run) -> LatencySeries:
    """Return the time since the joint target before, pauses left out."""
    stamps_ns = run.targets.stamps_ns
    periods = np.diff(stamps_ns).astype(np.float64) * 1e-6
    ordinary = (periods > 0.0) & (periods < LONGEST_PERIOD_MS)
    return LatencySeries("joint target to the next", stamps_ns[1:][ordinary], periods[ordinary])

"""How long each stage took, one value for each time it ran; `latency` has their distributions.

A message's publication time is taken by the middleware of the sender, so the recorder's own delay is not in it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diffpol_ros.core.types import Array
from diffpol_ros.replay.series import Run, Stamps
from diffpol_ros.replay.verdicts import spans

INFERENCE_PARTS = ("assemble_ns", "encode_ns", "sample_ns", "decode_ns")
LONGEST_PERIOD_MS = 500.0
NOT_ENABLED = "not enabled"
LONGEST_ANSWER_NS = 500_000_000
CLOCKS_APART, CLOCKS_APART_NS = 0.1, 250_000_000
"""By which a robot's time may go wrong against the world's, as a share and at once, and still be the same clock."""


@dataclass(frozen=True, eq=False)
class LatencySeries:
    """When a stage was done, (n,) [ns], and how long it had taken, (n,) [ms]."""

    name: str
    stamps_ns: Stamps
    milliseconds: Array


def stage_series(run: Run) -> list[LatencySeries]:
    """Return those from one message to the message that it led to, in the order of the data's way.

    None where exposures and sending were told by two clocks: the difference of their times would mean nothing.
    """
    if not one_clock(run):
        return []
    return [*_message_series(run), _chunk_to_target(run), _exposure_to_target(run)]


def one_clock(run: Run) -> bool:
    """Return whether the robot's stamps went as fast as the world's clock: a twin at another speed has its own."""
    if not len(run.joints):
        return True
    stamped, sent = (int(np.ptp(stamps)) for stamps in (run.joints.stamps_ns, run.joints.published_ns))
    return abs(stamped - sent) <= CLOCKS_APART * sent + CLOCKS_APART_NS


def latency_series(run: Run) -> list[LatencySeries]:
    """Return those that need no second message to be found: a graph that is listened to has them at once."""
    return [*_message_series(run), inference_series(run), period_series(run)]


def inference_series(run: Run) -> LatencySeries:
    """Return how long each inference took."""
    told = [each for each in run.inferences if all(name in each.values for name in INFERENCE_PARTS)]
    took = [1e-6 * sum(int(each.values[name]) for name in INFERENCE_PARTS) for each in told]
    return LatencySeries("inference", np.array([each.published_ns for each in told], dtype=np.int64), np.array(took))


def period_series(run: Run) -> LatencySeries:
    """Return the time since the joint target before, pauses left out."""
    stamps_ns = run.targets.stamps_ns
    periods = np.diff(stamps_ns).astype(np.float64) * 1e-6
    ordinary = (periods > 0.0) & (periods < LONGEST_PERIOD_MS)
    return LatencySeries("joint target -> the next", stamps_ns[1:][ordinary], periods[ordinary])


def _message_series(run: Run) -> list[LatencySeries]:
    chunks = run.chunks
    return [
        *(
            _since(f"exposure -> estimate of {name}", each.published_ns, each.stamps_ns)
            for name, each in sorted(run.estimates.items())
        ),
        _since("robot tick -> action chunk", [c.published_ns for c in chunks], [c.observation_ns for c in chunks]),
    ]


def _chunk_to_target(run: Run) -> LatencySeries:
    """Return the time from each chunk that an arm could follow to the first target after it."""
    targets_ns = np.sort(run.targets.published_ns)
    pairs = [(target_ns, chunk_ns) for chunk_ns in _followed(run) if (target_ns := _answer(targets_ns, chunk_ns))]
    return _of_pairs("action chunk -> joint target", pairs)


def _exposure_to_target(run: Run) -> LatencySeries:
    """Return the age of the newest image behind each chunk when the first target made of it was sent."""
    chunks, followed = {chunk.observation_ns: chunk for chunk in run.chunks}, set(_followed(run))
    targets_ns, pairs = np.sort(run.targets.published_ns), []
    for status in run.inferences:
        exposures = [int(stamp) for stamp in status.values.get("object_stamps_ns", "").split()]
        chunk = chunks.get(int(status.values.get("observation_stamp_ns", -1)))
        # Nothing was sent of a refused inference, though another may have been sent of the same observation.
        if chunk is None or chunk.published_ns not in followed or not exposures or status.values.get("refused"):
            continue
        if target_ns := _answer(targets_ns, chunk.published_ns):
            pairs.append((target_ns, max(exposures)))
    return _of_pairs("exposure -> joint target", pairs)


def _followed(run: Run) -> list[int]:
    """Return when the chunks were published that an enabled arm could follow."""
    times = np.array([chunk.published_ns for chunk in run.chunks], dtype=np.int64)
    for span in spans(run.gate, run.span_ns[1]):
        if span.verdict.word == "STOP" or span.verdict.reason == NOT_ENABLED:
            times = times[(times < span.start_ns) | (times >= span.end_ns)]
    found: list[int] = times.tolist()
    return found


def _answer(given_ns: Stamps, asked_ns: int) -> int | None:
    """Return the first of the sorted `given_ns` after `asked_ns`, if that is soon."""
    index = int(np.searchsorted(given_ns, asked_ns, side="right"))
    soon = index < len(given_ns) and given_ns[index] - asked_ns < LONGEST_ANSWER_NS
    return int(given_ns[index]) if soon else None


def _of_pairs(name: str, pairs: list[tuple[int, int]]) -> LatencySeries:
    done_ns, begun_ns = zip(*pairs, strict=True) if pairs else ((), ())
    return _since(name, done_ns, begun_ns)


def _since(name: str, done_ns: ArrayLike, begun_ns: ArrayLike) -> LatencySeries:
    done, begun = np.asarray(done_ns, dtype=np.int64), np.asarray(begun_ns, dtype=np.int64)
    return LatencySeries(name, done, (done - begun).astype(np.float64) * 1e-6)

"""A stage of a bag, run again in a process of its own: its memory is its own, too."""

from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.reenact.together import replay_stages

KIBIBYTE = 1024


@dataclass(frozen=True)
class Alone:
    """What came of a stage; result: None where it was refused. peak_bytes: of the process's memory, all that it loads.

    refusal: why nothing could be judged; an empty text where it could.
    """

    result: StageResult | None
    refusal: str
    peak_bytes: int


def replay_alone(stage: str, bag: Path, options: ReplayOptions | None = None) -> Alone:
    """Run `stage` of `bag` again, in another process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_work, stage, bag, options or ReplayOptions()).result()


def found(before: Alone, now: Alone, begun_ns: int) -> str:
    """Return what a replay `now` says against a bag that it did not say `before`; an empty text for nothing.

    begun_ns: when the bag begins [ns].
    """
    if now.result is None or before.result is None:
        return "" if now.refusal == before.refusal else f"refused: {now.refusal}"
    result, was = now.result, before.result
    new = [each for each in result.complaints if each not in was.complaints]
    differing = f"{result.decisions - result.equal} of {result.decisions} decisions differ"
    if result.first is not None and result.first != was.first:
        at_s = to_seconds(result.first.stamp_ns - begun_ns)
        return f"{differing}, the first {at_s:.2f} s after the beginning: {result.first.difference}"
    if new:
        return new[0]
    if result.first is not None and (result.equal, result.changes) != (was.equal, was.changes):
        # On another processor some differed in their last bits all along, the first of all among them.
        return f"{differing}, {was.decisions - was.equal} without the change; at most {_most(result)}"
    return ""


def _most(result: StageResult) -> str:
    return ", ".join(f"{each.name} {each.value:.3g} {each.unit}".rstrip() for each in result.changes if each.value)


def _work(stage: str, bag: Path, options: ReplayOptions) -> Alone:
    try:
        replayed = replay_stages(bag, options, (stage,))
    except DiffpolError as error:
        return Alone(None, str(error), _peak_bytes())
    result = replayed.results[0] if replayed.results else None
    return Alone(result, "".join(replayed.refusals), _peak_bytes())


def _peak_bytes() -> int:
    """Return the most memory that this process ever had; getrusage would tell of its parent, where that had more."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (peak,) = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(peak) * KIBIBYTE

"""The page of a replay, for a browser; it shares its looks with the report of a run."""

from collections.abc import Sequence
from datetime import datetime, timezone

from diffpol_ros.core.clock import to_seconds
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.report.panels import panels
from diffpol_ros.reenact.report.tables import tables
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.reenact.together import Replayed
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.page import Page

Facts = list[tuple[str, str]]


def replay_page(bag: BagReader, options: ReplayOptions, replayed: Replayed, checked: Sequence[str] = ()) -> Page:
    """Return the page of a replay of `bag`; checked: what was said of thresholds."""
    first_ns, last_ns = _decided_ns(replayed)
    start_ns, end_ns = replayed.span_ns
    if last_ns < start_ns or first_ns > end_ns:
        # Stamps of another clock than the times of reception, as of a simulation.
        start_ns = first_ns
    clock = Clock(start_ns)
    return Page(
        title=f"diffpol replay: {bag.run_name}",
        facts=[*_recorded(bag, replayed.span_ns), *_asked(options), *_outcome(replayed, checked)],
        duration_s=max(1e-3, to_seconds(last_ns - first_ns)),
        start_ns=start_ns,
        panels=panels(replayed.results, clock),
        tables=tables(replayed.results, clock),
        shots=None,
        begin_s=to_seconds(first_ns - start_ns),
    )


def _decided_ns(replayed: Replayed) -> tuple[int, int]:
    """Return when the first and the last decision were made; of none, from when to when was recorded."""
    stamps_ns = [result.traces.decided.stamps_ns for result in replayed.results if result.traces is not None]
    first_ns = min((min(each) for each in stamps_ns if each), default=replayed.span_ns[0])
    return first_ns, max((max(each) for each in stamps_ns if each), default=replayed.span_ns[1])


def _recorded(bag: BagReader, span_ns: tuple[int, int]) -> Facts:
    began = datetime.fromtimestamp(to_seconds(span_ns[0]), tz=timezone.utc)
    lasted_s = to_seconds(span_ns[1] - span_ns[0])
    return [("bag", str(bag.folder)), ("recorded", f"{began:%Y-%m-%d %H:%M:%S} UTC, {lasted_s:.1f} s")]


def _asked(options: ReplayOptions) -> Facts:
    questions = {
        f"what would have been seen as {options.calibration} calibrates it?": options.calibration,
        f"what would the policy {options.model} have said?": options.model,
        f"what would the gate have said with the parameters of {options.parameters}?": options.parameters,
        f"what would the gate have said with the limits of {options.robot}?": options.robot,
    }
    asked = [f"{question} (open loop)" for question, chosen in questions.items() if chosen]
    return [("asked", each) for each in asked or ["is every decision the same, bit by bit?"]]


def _outcome(replayed: Replayed, checked: Sequence[str]) -> Facts:
    told: Facts = [("answer", _answer(replayed.results))]
    told += [("thresholds", each) for each in checked]
    told += [("cannot be judged", refusal) for refusal in replayed.refusals]
    told += [("trouble with the bag", complaint) for complaint in replayed.complaints]
    return told


def _answer(results: Sequence[StageResult]) -> str:
    decisions = sum(result.decisions for result in results)
    differing = decisions - sum(result.equal for result in results)
    if not decisions:
        return "nothing of it can be judged"
    if differing:
        return f"{differing} of {decisions} decisions differ"
    left = sum(result.not_judged for result in results)
    told = [f"all of {decisions} decisions are the same, bit by bit"]
    told += [f"{left} more cannot be judged"] if left else []
    told += ["what speaks against that is below"] if any(result.complaints for result in results) else []
    return "; ".join(told)

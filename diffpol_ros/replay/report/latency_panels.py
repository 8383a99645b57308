"""The rows that tell how long each stage took, and how regularly it ran."""

from itertools import pairwise

from diffpol_ros.replay.latency_series import LatencySeries, inference_series, period_series, stage_series
from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.panel import FAINT, Curve, Panel
from diffpol_ros.replay.series import Run

STAGE_COLOURS = ("#3a7d44", "#2e6fba", "#e08e45", "#6a3d7c", "#2a9d8f", "#d1495b", "#c9a227")


def latency_panels(run: Run, clock: Clock) -> list[Panel]:
    """Return them, in the order of the data's way."""
    stages = [each for each in stage_series(run) if len(each.stamps_ns)]
    colours = (STAGE_COLOURS[index % len(STAGE_COLOURS)] for index in range(len(stages)))
    curves = [_curve(each, clock, each.name, colour) for each, colour in zip(stages, colours, strict=True)]
    period = period_series(run)
    return [
        Panel("latency of each stage", "ms", curves),
        _inference(run, clock),
        Panel(period.name, "ms", [_curve(period, clock, "period", STAGE_COLOURS[0])], height=90),
    ]


def _inference(run: Run, clock: Clock) -> Panel:
    took = inference_series(run)
    gaps = [1e-6 * (later - earlier) for earlier, later in pairwise(took.stamps_ns.tolist())]
    since = Curve("since the one before", FAINT, clock(took.stamps_ns[1:]), gaps, dots=True)
    return Panel(took.name, "ms", (_curve(took, clock, "took", STAGE_COLOURS[1]), since), height=90)


def _curve(series: LatencySeries, clock: Clock, label: str, colour: str) -> Curve:
    return Curve(label, colour, clock(series.stamps_ns), series.milliseconds, dots=True)

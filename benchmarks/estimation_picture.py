"""Errors against distance for each way, and how honest the covariances are, as one picture."""

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import chi2

from benchmarks.estimation_tables import FLIP_DEG, FREEDOM, final
from benchmarks.estimation_ways import AVERAGED, OURS, PEERS, WAYS, Score
from diffpol_ros.core.types import Array
from diffpol_ros.replay.plot import STYLE

COLOURS = {PEERS: "#d1495b", AVERAGED: "#e0a030", OURS: "#2e6fba"}
EDGES = np.linspace(0.3, 1.0, 8)
FEWEST = 8
NUMBERS = ("one camera", "two cameras")
LOWEST_MM, LOWEST_DEG = 0.001, 0.001


def write_picture(scores: Sequence[Score], path: Path) -> Path:
    """Draw the answers after the last frame into `path`; return it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    chosen = [score for score in final(scores, True) if score.found]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(13, 7.5), dpi=120, layout="constrained")
        axes = figure.subplots(2, 3, width_ratios=(1.0, 1.0, 0.8))
        for column, cameras in enumerate((1, 2)):
            of_number = [score for score in chosen if score.cameras == cameras]
            title = NUMBERS[column]
            _draw_errors(axes[0, column], of_number, "millimetres", LOWEST_MM, f"position error [mm], {title}")
            _draw_errors(axes[1, column], of_number, "degrees", LOWEST_DEG, f"rotation error [deg], {title}")
            axes[1, column].axhline(FLIP_DEG, color="#9aa3ad", linewidth=0.8, linestyle=":")
            _draw_honesty(axes[column, 2], scores, cameras, f"{title}: above the line is too careful")
        axes[0, 0].legend(loc="lower right", fontsize=8)
        figure.savefig(path)
    return path


def _draw_errors(axes: Axes, scores: Sequence[Score], quantity: str, lowest: float, title: str) -> None:
    """Draw each answer as a dot; median as a line, 95th percentile as a broken one."""
    for way in WAYS:
        of_way = [score for score in scores if score.way == way]
        distances = np.array([score.distance for score in of_way])
        errors = np.array([max(getattr(score, quantity), lowest) for score in of_way])
        axes.scatter(distances, errors, s=5, color=COLOURS[way], alpha=0.18, linewidths=0)
        middles, medians, tails = _binned(distances, errors)
        axes.plot(middles, medians, color=COLOURS[way], linewidth=2.0, label=way)
        axes.plot(middles, tails, color=COLOURS[way], linewidth=1.2, linestyle="--")
    axes.set(yscale="log", xlim=(EDGES[0], EDGES[-1]), xlabel="distance to the camera [m]")
    axes.set_ylim(bottom=lowest)
    axes.set_title(f"{title}: median, p95 broken", fontsize=9, loc="left")


def _binned(distances: Array, errors: Array) -> tuple[list[float], list[float], list[float]]:
    middles, medians, tails = list[float](), list[float](), list[float]()
    for low, high in itertools.pairwise(EDGES):
        inside = errors[(distances >= low) & (distances < high)]
        if len(inside) >= FEWEST:
            middles.append(float(0.5 * (low + high)))
            medians.append(float(np.median(inside)))
            tails.append(float(np.percentile(inside, 95)))
    return middles, medians, tails


def _draw_honesty(axes: Axes, scores: Sequence[Score], cameras: int, title: str) -> None:
    """Draw which share of errors lies within the ellipsoid that should hold a share of them."""
    axes.plot([0, 1], [0, 1], color="#9aa3ad", linewidth=1.0, linestyle=":")
    curves: tuple[tuple[bool, str, dict[str, Any]], ...] = (
        (False, "one frame", {"linewidth": 2.0}),
        (True, "after the last frame", {"linewidth": 1.2, "linestyle": "--"}),
    )
    for filtered, label, style in curves:
        chosen = [one for one in final(scores, filtered) if one.way == OURS and one.cameras == cameras and one.found]
        promised = np.sort(chi2.cdf([score.nees for score in chosen], FREEDOM))
        axes.plot(promised, np.linspace(0.0, 1.0, len(promised)), color=COLOURS[OURS], label=label, **style)
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel="share the covariance promises", ylabel="share found within")
    axes.set_title(title, fontsize=9, loc="left")
    axes.legend(loc="lower right", fontsize=8)

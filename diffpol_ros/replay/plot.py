"""A bag as one picture: the block and its estimate, the end effector and its orders, gripper, gate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from diffpol_ros.replay import accuracy, verdicts
from diffpol_ros.replay.episodes import Episode
from diffpol_ros.replay.series import PoseSeries, Run

COLOURS = ("#d1495b", "#3a7d44", "#2e6fba")
VERDICT_COLOURS = {"COMMAND": "#8fce9f", "HOLD": "#f2c14e", "STOP": "#d9667b"}
HEIGHTS = (3.0, 1.2, 3.0, 1.4, 0.45)
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#9aa3ad",
    "axes.labelcolor": "#39424e",
    "axes.grid": True,
    "grid.color": "#e6e9ed",
    "grid.linewidth": 0.7,
    "xtick.color": "#5b6570",
    "ytick.color": "#5b6570",
    "legend.frameon": False,
}


def write_plot(run: Run, path: Path, episodes: Sequence[Episode] = (), object_name: str = "block") -> Path:
    """Draw the run into `path` (PNG, SVG, PDF); return the path."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(13, 9.5), dpi=120, layout="constrained")
        axes = figure.subplots(len(HEIGHTS), 1, sharex=True, gridspec_kw={"height_ratios": HEIGHTS})
        time = _Time(run.span_ns[0])
        _object(axes[0], run, time, object_name)
        _errors(axes[1], run, time, object_name)
        _end_effector(axes[2], run, time)
        _gripper(axes[3], run, time)
        _gate(axes[4], run, time)
        for axis in axes[:-1]:
            _shade(axis, episodes, time)
        _titles(axes[0], episodes, time)
        axes[-1].set_xlabel("time [s]")
        axes[-1].set_xlim(0.0, max(float(time(run.span_ns[1])), 1e-3))
        figure.savefig(path)
    return path


class _Time:
    """Turns stamps [ns] into seconds since the first message."""

    def __init__(self, start_ns: int) -> None:
        self._start_ns = start_ns

    def __call__(self, stamps_ns: Any) -> NDArray[np.float64]:
        return (np.asarray(stamps_ns, dtype=np.int64) - self._start_ns).astype(np.float64) * 1e-9


def _object(axis: Any, run: Run, time: _Time, name: str) -> None:
    truth, estimate = run.truths.get(name), run.estimates.get(name)
    for index, (letter, colour) in enumerate(zip("xyz", COLOURS, strict=True)):
        if truth is not None:
            times, values = _broken(truth, time, index)
            axis.plot(times, values, color=colour, lw=3.0, alpha=0.3, label=f"{letter} true")
        if estimate is not None:
            axis.plot(time(estimate.stamps_ns), estimate.positions[:, index], ".", ms=2.5, color=colour, label=letter)
    axis.set_ylabel(f"{name} [m]")
    _legend(axis)


def _broken(series: PoseSeries, time: _Time, index: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return a curve that is interrupted where the object was set elsewhere."""
    values = series.positions[:, index].copy()
    jumps = np.flatnonzero(np.linalg.norm(np.diff(series.positions, axis=0), axis=1) > 0.05)
    values[jumps] = np.nan
    return time(series.stamps_ns), values


def _errors(axis: Any, run: Run, time: _Time, name: str) -> None:
    if name in run.truths and name in run.estimates:
        found = accuracy.errors(run.estimates[name], run.truths[name])
        axis.semilogy(time(found.stamps_ns), 1e3 * found.position, ".", ms=2.5, color="#5c6b7a", label="[mm]")
        axis.semilogy(time(found.stamps_ns), np.degrees(found.rotation), ".", ms=2.5, color="#d08c3f", label="[deg]")
    axis.set_ylabel("error")
    _legend(axis)


def _end_effector(axis: Any, run: Run, time: _Time) -> None:
    for index, (letter, colour) in enumerate(zip("xyz", COLOURS, strict=True)):
        for chunk in run.chunks:
            axis.plot(time(chunk.due_ns), chunk.positions[:, index], color=colour, lw=0.6, alpha=0.35)
        poses = run.end_effector
        axis.plot(time(poses.stamps_ns), poses.positions[:, index], color=colour, lw=1.6, label=letter)
    axis.plot([], [], color="#5b6570", lw=0.6, label="action chunks")
    axis.set_ylabel("end effector [m]")
    _legend(axis)


def _gripper(axis: Any, run: Run, time: _Time) -> None:
    if run.chunks:
        due = np.concatenate([chunk.due_ns for chunk in run.chunks])
        widths = np.concatenate([chunk.widths for chunk in run.chunks])
        axis.plot(time(due), 1e3 * widths, ".", ms=2.0, color="#b58ac2", label="ordered")
    if len(run.joints):
        width = run.joints.positions[:, -2:].sum(axis=1)
        axis.plot(time(run.joints.stamps_ns), 1e3 * width, color="#6a3d7c", lw=1.6, label="measured")
    axis.set_ylabel("gripper [mm]")
    _legend(axis)


def _gate(axis: Any, run: Run, time: _Time) -> None:
    for span in verdicts.spans(run.gate, run.span_ns[1]):
        start, end = float(time(span.start_ns)), float(time(span.end_ns))
        colour = VERDICT_COLOURS.get(span.verdict.word, "#cccccc")
        axis.axvspan(start, end, color=colour, lw=0)
    for word, colour in VERDICT_COLOURS.items():
        axis.fill_between([], [], [], color=colour, label=word.lower())
    axis.set_yticks([])
    axis.grid(False)
    axis.set_ylabel("gate", rotation=0, ha="right", va="center")
    _legend(axis)


def _shade(axis: Any, episodes: Sequence[Episode], time: _Time) -> None:
    for episode in episodes:
        if episode.end_ns is not None:
            colour = "#eaf5ec" if episode.success else "#fbeaec"
            axis.axvspan(float(time(episode.start_ns)), float(time(episode.end_ns)), color=colour, lw=0, zorder=0)


def _titles(axis: Any, episodes: Sequence[Episode], time: _Time) -> None:
    for number, episode in enumerate(episodes, start=1):
        mark = "lifted" if episode.success else "failed"
        where = (float(time(episode.start_ns)), 1.02)
        text = f"{number} {mark}" if len(episodes) <= 12 else str(number)
        axis.text(*where, text, transform=axis.get_xaxis_transform(), fontsize=8, color="#39424e")


def _legend(axis: Any) -> None:
    if axis.get_legend_handles_labels()[0]:
        axis.legend(loc="center left", bbox_to_anchor=(1.005, 0.5), fontsize=8, markerscale=3.0)

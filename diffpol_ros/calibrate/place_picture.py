"""Pictures of how well a camera was placed: where corners miss, image by image, and how a wiggle matched."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from diffpol_ros.calibrate.bundle import Indices
from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.report import BLUE, GREY, RED, STYLE, TEXT, round_number
from diffpol_ros.calibrate.time_offset import TimeOffset
from diffpol_ros.core.types import Array
from diffpol_ros.estimation.calibration import CameraCalibration

LONGEST_ARROW = 0.08
mpl.rcParams.setdefault("svg.hashsalt", "diffpol")


def draw_residuals(
    path: Path, camera: CameraCalibration, views: Sequence[TargetView], residuals: Array, of_view: Indices, title: str
) -> None:
    """Draw where the corners are and by how much each misses, and the misses of each image."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(11.0, 4.6), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=[3, 2])
        _arrows(left, camera, np.concatenate([view.pixels for view in views]), residuals)
        _bars(right, views, np.linalg.norm(residuals, axis=1), of_view)
        _save(figure, path, title)


def draw_offset(path: Path, found: TimeOffset, title: str) -> None:
    """Draw how well hand and images matched at each offset, and the offset that was found."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.0, 4.0), layout="constrained")
        _correlations(figure.subplots(), found)
        _save(figure, path, title)


def _correlations(axes: Axes, found: TimeOffset) -> None:
    for values, name, colour in (
        (found.agreement.turning, "turned angles", BLUE),
        (found.agreement.moving, "travelled ways", GREY),
    ):
        axes.plot(1e3 * found.agreement.offsets, values, label=name, color=colour)
    axes.axvline(1e3 * found.offset, color=RED, label=f"{1e3 * found.offset:.2f} ± {1e3 * found.deviation:.2f} ms")
    axes.set(xlabel="add to image stamps [ms]", ylabel="correlation", ylim=(-1.05, 1.05))
    axes.legend(loc="lower left")


def _save(figure: Figure, path: Path, title: str) -> None:
    figure.suptitle(title, fontsize=12, color=TEXT)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)


def _arrows(axes: Axes, camera: CameraCalibration, pixels: Array, residuals: Array) -> None:
    largest = float(np.percentile(np.linalg.norm(residuals, axis=1), 99))
    scale = round_number(LONGEST_ARROW * camera.width / max(largest, 1e-9))
    axes.quiver(
        *pixels.T, *(scale * residuals).T, angles="xy", scale_units="xy", scale=1.0, width=0.002, color=BLUE, alpha=0.7
    )
    axes.set(
        xlim=(0, camera.width), ylim=(camera.height, 0), aspect="equal", xlabel="column [pixel]", ylabel="row [pixel]"
    )
    axes.set_title(f"by how much corners miss, {scale:g} times as long")


def _bars(axes: Axes, views: Sequence[TargetView], distances: Array, of_view: Indices) -> None:
    values = [float(np.sqrt(np.mean(distances[of_view == index] ** 2))) for index in range(len(views))]
    axes.barh(np.arange(len(views)), values, color=BLUE)
    axes.set(xlabel="RMS over the corners [pixel]", title="image by image")
    axes.set_yticks(np.arange(len(views)), [view.name for view in views], fontsize=7)
    axes.invert_yaxis()

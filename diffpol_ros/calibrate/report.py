"""A calibration as one picture: where corners miss, how much, in which views, and where the image was used."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from diffpol_ros.calibrate.coverage import CELLS, filled_cells
from diffpol_ros.core.types import Array

RED, BLUE, GREY, TEXT = "#d1495b", "#2e6fba", "#9aa3ad", "#39424e"
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.edgecolor": GREY,
    "axes.labelcolor": TEXT,
    "axes.titlecolor": TEXT,
    "axes.titlesize": 10,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e6e9ed",
    "xtick.color": "#5b6570",
    "ytick.color": "#5b6570",
    "legend.frameon": False,
}
ARROW_SHARE = 0.05
MOST_NAMES = 25


@dataclass(frozen=True, eq=False)
class ResidualPicture:
    """What is drawn.

    size: of the image [pixel]. pixels: (m, 2) where corners were seen; residuals: (m, 2) seen minus expected [pixel];
    of_view: (m,) index into `names`. notes: lines of text. held_out_px: (n,) RMS of each view under a fit without it.
    """

    title: str
    size: tuple[int, int]
    pixels: Array
    residuals: Array
    of_view: NDArray[np.intp]
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    held_out_px: Array | None = None


def write_report(picture: ResidualPicture, path: Path) -> Path:
    """Draw it into `path` (PNG, SVG, PDF); return the path."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12.5, 8.0), dpi=110, layout="constrained")
        grid = figure.add_gridspec(2, 3, width_ratios=(1.5, 1.0, 1.0))
        _vectors(figure.add_subplot(grid[0, 0]), picture)
        _coverage(figure.add_subplot(grid[0, 1:]), picture)
        _views(figure.add_subplot(grid[1, 0]), picture)
        _cloud(figure.add_subplot(grid[1, 1]), picture)
        _histogram(figure.add_subplot(grid[1, 2]), picture)
        figure.suptitle(picture.title, fontsize=13, color=TEXT)
        if picture.notes:
            figure.supxlabel("\n".join(picture.notes), fontsize=9, color=TEXT, ha="left", x=0.01)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    return path


def _vectors(axis: Any, picture: ResidualPicture) -> None:
    """Draw residuals as arrows, so much larger that they are seen."""
    lengths = np.linalg.norm(picture.residuals, axis=1)
    usual = max(float(np.percentile(lengths, 90)), 1e-6)
    factor = round_number(ARROW_SHARE * picture.size[0] / usual)
    x, y = picture.pixels.T
    u, v = picture.residuals.T
    axis.quiver(
        *(x, y, u * factor, v * factor, lengths),
        angles="xy", scale_units="xy", scale=1.0, width=0.002, cmap="plasma_r", clim=(0.0, 2.0 * usual),
    )  # fmt: skip
    _frame(axis, picture, f"residuals, {factor:g} times as long: seen minus expected")


def _coverage(axis: Any, picture: ResidualPicture) -> None:
    counts = filled_cells(picture.pixels, picture.size)
    width, height = picture.size
    extent = (-0.5, width - 0.5, height - 0.5, -0.5)
    axis.imshow(np.sqrt(counts), extent=extent, cmap="Blues", vmin=0.0, vmax=1.4 * max(1.0, np.sqrt(counts.max())))
    for row in range(CELLS):
        for column in range(CELLS):
            at = (column + 0.5) / CELLS * width, (row + 0.5) / CELLS * height
            empty = counts[row, column] == 0
            text = "empty" if empty else f"{counts[row, column]:.0f}"
            axis.text(*at, text, ha="center", va="center", fontsize=8, color=RED if empty else TEXT)
    axis.plot(*picture.pixels.T, ".", ms=1.2, color=BLUE, alpha=0.5)
    _frame(axis, picture, "corners in each part of the image")


def _views(axis: Any, picture: ResidualPicture) -> None:
    count = len(picture.names)
    squares = np.sum(picture.residuals**2, axis=1)
    seen = np.maximum(np.bincount(picture.of_view, minlength=count), 1)
    rms = np.sqrt(np.bincount(picture.of_view, weights=squares, minlength=count) / seen)
    axis.bar(range(count), rms, color=BLUE, width=0.75, label="in the fit")
    if picture.held_out_px is not None:
        axis.plot(range(count), picture.held_out_px, "o", ms=4, color=RED, label="held out of the fit")
    overall = float(np.sqrt(np.mean(squares)))
    axis.axhline(overall, color=TEXT, lw=0.8, ls="--", label=f"all: {overall:.3f} px")
    step = max(1, -(-count // MOST_NAMES))
    axis.set_xticks(range(0, count, step), [Path(name).stem for name in picture.names[::step]], rotation=90, fontsize=7)
    axis.set(title="RMS of each view [px]", xlim=(-0.6, count - 0.4))
    axis.set_ylim(0.0, 1.3 * max(float(rms.max()), overall, *_held_out(picture)))
    axis.legend(loc="upper right", ncols=3, fontsize=8)


def _held_out(picture: ResidualPicture) -> list[float]:
    return [] if picture.held_out_px is None else [float(np.max(picture.held_out_px))]


def _cloud(axis: Any, picture: ResidualPicture) -> None:
    reach = _reach(picture)
    axis.plot(*picture.residuals.T, ".", ms=2.5, color=BLUE, alpha=0.4)
    axis.axhline(0.0, color=GREY, lw=0.8)
    axis.axvline(0.0, color=GREY, lw=0.8)
    axis.set(title="residuals, x and y [px]", xlim=(-reach, reach), ylim=(reach, -reach), aspect="equal")


def _histogram(axis: Any, picture: ResidualPicture) -> None:
    reach = _reach(picture)
    edges = np.linspace(-reach, reach, 41)
    for values, name, colour in zip(picture.residuals.T, "xy", (RED, BLUE), strict=True):
        label = f"{name}: {np.mean(values):+.3f} ± {np.std(values):.3f} px"
        axis.hist(values, edges, histtype="step", color=colour, lw=1.5, label=label)
    axis.set(title="residuals by axis [px]", yticks=[])
    axis.set_ylim(0.0, 1.3 * axis.get_ylim()[1])
    axis.legend(loc="upper center", fontsize=8)


def _reach(picture: ResidualPicture) -> float:
    return 1.1 * max(float(np.percentile(np.abs(picture.residuals), 99.5)), 1e-3)


def _frame(axis: Any, picture: ResidualPicture, title: str) -> None:
    width, height = picture.size
    axis.set(title=title, xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5), aspect="equal")
    axis.grid(False)


def round_number(value: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at most `value`."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * max(step for step in (1.0, 2.0, 5.0) if step * power <= value * (1.0 + 1e-9)))

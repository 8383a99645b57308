"""`diffpol noise show`: a noise file as a table and a picture."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from diffpol_ros.cli.noise import Show
from diffpol_ros.core.resources import find_resource
from diffpol_ros.estimation.noise.model import FOLDER, NoiseModel, ObjectNoise, load_noise
from diffpol_ros.replay.plot import COLOURS, STYLE

AXES = ("x", "y", "z", "rx", "ry", "rz")
UNITS = (("mm", 1e3), ("deg", 180.0 / np.pi))
MARKERS = "osD^vP"
LINES = ("-", "--", ":", "-.")


def show(options: Show) -> int:
    """Print and draw; return the exit code."""
    model = load_noise(options.name)
    console = Console(highlight=False)
    console.print(f"{options.name}: from {model.source}, {model.date}")
    for entry in model.objects:
        _print(entry, options, console)
    name = find_resource(FOLDER, options.name).stem
    path = write_picture(model, options.output or Path("results") / f"noise-{name}.png")
    console.print(f"look at: {path}", soft_wrap=True)
    return 0


def write_picture(model: NoiseModel, path: Path) -> Path:
    """Draw each object's noise against distance, and its spectrum, into `path`; return it."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 7.0 * len(model.objects)), dpi=110, layout="constrained")
        rows = figure.subplots(2 * len(model.objects), 2, squeeze=False)
        for index, entry in enumerate(model.objects):
            for group in range(2):
                _against_distance(rows[2 * index + group][0], entry, group)
                _spectrum(rows[2 * index + group][1], entry, group)
        figure.suptitle(f"noise at rest, from {model.source}, {model.date}", color="#39424e")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path)
    return path


def _print(entry: ObjectNoise, options: Show, console: Console) -> None:
    distance, size = options.distance or entry.distance, options.tag_size or entry.tag_size
    complaint = entry.complaint(distance, size)
    title = f"{entry.name}: tags of {1e3 * size:.1f} mm from {distance:.2f} m, {entry.rate:.1f} Hz"
    table = Table(title=title, title_justify="left", title_style="bold", pad_edge=False)
    for heading in ("", "white", "drift", "over [s]", "bias", "distance^", "1 / size^"):
        table.add_column(heading, justify="right" if heading else "left")
    for index, (name, axis, scale) in enumerate(zip(AXES, entry.axes, entry.scales(distance, size), strict=True)):
        unit, factor = UNITS[index // 3]
        values = [f"{factor * scale * value:.3f}" for value in (axis.white, axis.drift, axis.bias)]
        values.insert(2, f"{axis.drift_time:.1f}" if axis.drift else "")
        table.add_row(f"{name} [{unit}]", *values, f"{axis.distance_power:.2f}", f"{axis.size_power:.2f}")
    # Brackets are units here, not markup.
    console.print(table, markup=False)
    if complaint:
        console.print(f"extrapolated: {complaint}")
    for line in _events(entry):
        console.print(f"  {line}", highlight=False)


def _events(entry: ObjectNoise) -> list[str]:
    flips, dropouts, delay = entry.flips, entry.dropouts, entry.delay
    turned = f" by {np.degrees(flips.angle):.0f} deg" if flips.probability else ""
    burst = f", {dropouts.burst:.1f} in a row" if dropouts.burst else ""
    lines = [f"flipped {flips.probability:.2%} of frames{turned}", f"lost {dropouts.probability:.2%}{burst}"]
    if delay is None:
        return [*lines, "delay not measured"]
    return [*lines, f"delay {1e3 * delay.least:.0f} to {1e3 * delay.most:.0f} ms, jitter {1e3 * delay.jitter:.0f} ms"]


def _against_distance(axis: Any, entry: ObjectNoise, group: int) -> None:
    unit, factor = UNITS[group]
    sizes = sorted({place.tag_size for place in entry.places}, reverse=True) or [entry.tag_size]
    for number, size in enumerate(sizes):
        places = [place for place in entry.places if place.tag_size == size]
        distances = np.array([place.distance for place in places])
        span = np.geomspace(distances.min(), distances.max(), 40) if places else np.array([0.3, 1.0])
        for offset, colour in enumerate(COLOURS):
            index = 3 * group + offset
            values = [factor * place.axes[index].white for place in places]
            axis.plot(distances, values, MARKERS[number % 6], ms=4, color=colour, alpha=0.7)
            law = [factor * entry.axes[index].white * entry.scales(one, size)[index] for one in span]
            axis.plot(span, law, LINES[number % 4], lw=1.4, color=colour, label=AXES[index] if number == 0 else None)
        style = f"k{MARKERS[number % 6]}{LINES[number % 4]}"
        axis.plot([], [], style, lw=1.2, ms=4, alpha=0.6, label=f"{1e3 * size:g} mm tags")
    _logarithmic(axis, "distance [m]", f"{entry.name}: white part [{unit}]")
    ticks = sorted({round(place.distance, 2) for place in entry.places}) or [0.3, entry.distance, 1.0]
    axis.set_xticks(ticks, [f"{tick:g}" for tick in ticks])


def _spectrum(axis: Any, entry: ObjectNoise, group: int) -> None:
    unit, factor = UNITS[group]
    if entry.spectrum is None:
        axis.text(0.5, 0.5, "no spectrum recorded", transform=axis.transAxes, ha="center", color="#5b6570")
        axis.set_axis_off()
        return
    edges = np.array(entry.spectrum.edges_hz)
    widths = np.diff(edges)
    edges[0] = 0.5 * edges[1]
    for name, colour in zip(AXES[3 * group : 3 * group + 3], COLOURS, strict=True):
        density = factor * np.array(getattr(entry.spectrum, name)) / np.sqrt(widths)
        axis.stairs(density, edges, baseline=None, color=colour, lw=1.6, label=name)
    _logarithmic(axis, "frequency [Hz]", f"spectrum [{unit} / √Hz]")


def _logarithmic(axis: Any, along: str, up: str) -> None:
    axis.set(xscale="log", yscale="log", xlabel=along, ylabel=up)
    for one in (axis.xaxis, axis.yaxis):
        one.set_major_formatter(lambda value, position: f"{value:.2g}")
        one.set_minor_formatter(lambda value, position: "")
    axis.legend(loc="best", fontsize=8)

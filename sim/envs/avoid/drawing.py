"""Pictures of ways over the table: python -m sim.envs.avoid.drawing results/avoid_m1/demonstrations.zarr.zip."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from numpy.typing import NDArray

from sim.data.dataset import Dataset
from sim.envs.avoid.course import DRAWN_FINISH, EDGES, REWARDED_FINISH, START, all_pillars
from sim.envs.avoid.routes import route_entropy, route_of
from sim.files import write_whole
from sim.terminal import run

EXIT_COLOURS = ("tab:blue", "tab:orange", "tab:green", "tab:red")
UNFINISHED = "0.6"

Paths = Sequence[NDArray[np.floating]]


def draw(axes: Axes, paths: Paths, title: str) -> None:
    """Draw the table and the ways (T, 2) [m] over it, each in the colour of its exit."""
    for pillar in all_pillars():
        axes.add_patch(Circle((pillar.x, pillar.y), pillar.radius, color="0.2"))
        axes.add_patch(Circle((pillar.x, pillar.y), pillar.reach, fill=False, color="0.5", linestyle=":"))
    axes.axhline(DRAWN_FINISH, color="0.7", linestyle="--", linewidth=1)
    axes.axhline(REWARDED_FINISH, color="0.4", linewidth=1)
    routes = [route_of(path) for path in paths]
    for path, route in zip(paths, routes, strict=True):
        axes.plot(path[:, 0], path[:, 1], color=EXIT_COLOURS[route.third] if route else UNFINISHED, linewidth=0.8)
    finished = [route for route in routes if route]
    axes.set(xlim=EDGES, ylim=(START[1] - 0.04, REWARDED_FINISH + 0.12), aspect="equal", xlabel="x [m]", ylabel="y [m]")
    axes.set_title(f"{title}\n{len(paths)} ways, {len(set(finished))} routes, entropy {route_entropy(finished):.2f}")


def picture(panels: Sequence[tuple[str, Paths]], output: Path) -> None:
    """Write a PNG with one panel for each title and its ways."""
    figure = Figure(figsize=(4.2 * len(panels), 5.6), layout="constrained")
    for axes, (title, paths) in zip(np.atleast_1d(figure.subplots(1, len(panels))), panels, strict=True):
        draw(axes, paths, title)
    with write_whole(output) as unfinished:
        figure.savefig(unfinished, format="png", dpi=110)


def paths_of(dataset: Dataset) -> Paths:
    """Return where the rod really was in each episode."""
    return np.split(dataset.states[0, :, 2:], dataset.ends[:-1])


@dataclass(frozen=True)
class Arguments:
    """Draw the ways of data sets of Avoid side by side."""

    files: Annotated[tuple[Path, ...], tyro.conf.Positional]
    """Data sets."""
    output: Path = Path("results/avoid.png")
    """File to write."""


def main(arguments: Arguments) -> None:
    """Read and draw."""
    sets = [Dataset.load(file) for file in arguments.files]
    picture([(dataset.about.task, paths_of(dataset)) for dataset in sets], arguments.output)
    print(arguments.output)


if __name__ == "__main__":
    run(main, Arguments)

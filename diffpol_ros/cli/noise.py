"""`diffpol noise …`: what one may choose; apart, so that reading it imports nothing heavy."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro


@dataclass(frozen=True)
class TwinOptions:
    """What the twin's cameras look at."""

    distances: tuple[float, ...] = (0.3, 0.4, 0.55, 0.75, 1.0)
    """Of the cameras from the block [m]; each camera moves along its own line of sight."""
    tag_sizes: tuple[float, ...] = (0.048, 0.03, 0.0195)
    """Edges of the tags [m]; the block shrinks with them."""
    places: int = 3
    """Places and yaws of the block at each distance."""
    frames: int = 90
    """Frames of the first camera at each place; the others take every second one."""
    rate: float = 15.0
    """Of the first camera [Hz]."""
    blur: float = 0.5
    """Of the lens, standard deviation [px]."""
    noise: float = 2.0
    """Of the sensor, standard deviation [grey levels]."""
    seed: int = 0
    """Of the places and the sensor's noise."""


@dataclass(frozen=True)
class Record:
    """Measure the noise of estimates while nothing moves, and write it for `sim` to draw from."""

    name: tyro.conf.Positional[str]
    """The file to write: a name in calibration/noise, or a path."""
    twin: bool = False
    """Record in the twin, at many distances and tag sizes."""
    bag: Path | None = None
    """Record from a bag: its folder or MCAP file."""
    live: bool = False
    """Record from the running graph."""
    add: bool = False
    """Add a place to an existing file, and fit its laws anew."""
    replace: bool = False
    """Replace an existing file."""
    objects: tuple[str, ...] = ("block",)
    """Names or files in calibration/objects."""
    cameras: tuple[str, ...] = ("front", "side")
    """Names or files in calibration/cameras: distances are measured from them."""
    start: float = 0.0
    """Begin so long after the first estimate of a bag [s]."""
    seconds: float = 30.0
    """Longest part of a bag, or how long to listen [s]."""
    namespace: str = ""
    """Of the graph."""
    twin_options: tyro.conf.OmitArgPrefixes[TwinOptions] = field(default_factory=TwinOptions)

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.noise_record import record

        return record(self)


@dataclass(frozen=True)
class Show:
    """Print a noise file as a table, and draw it."""

    name: tyro.conf.Positional[str]
    """A name in calibration/noise, or a file."""
    output: Path | None = None
    """Picture to write; default: results/noise-<name>.png."""
    distance: float | None = None
    """Print the noise at this distance [m]; default: the reference of the file."""
    tag_size: float | None = None
    """Print the noise of tags of this edge [m]; default: the object's own."""

    def run(self) -> int:
        """Run it; return the exit code."""
        from diffpol_ros.cli.noise_show import show

        return show(self)


@dataclass(frozen=True)
class Noise:
    """Noise of the estimates: record it, look at it."""

    command: Annotated[Record, tyro.conf.subcommand("record")] | Annotated[Show, tyro.conf.subcommand("show")]

    def run(self) -> int:
        """Run what was asked for; return the exit code."""
        return self.command.run()

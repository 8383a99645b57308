"""Rerun, where it is installed: what is drawn on, and where that goes."""

import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from diffpol_ros.core.errors import ResourceError

TIMELINE = "time"
APPLICATION = "diffpol"
CURE = "pip install 'diffpol_ros[view]' (or: pip install 'rerun-sdk>=0.39')"


def load_rerun() -> Any:
    """Return Rerun's module, or say how to get it: it is an extra that no robot needs."""
    try:
        return import_module("rerun")
    except ImportError as error:
        raise ResourceError(f"`diffpol view` draws with Rerun, which is not installed ({error}): {CURE}") from error


class Canvas:
    """A recording of Rerun on one timeline of stamps; `kinds` is Rerun's module with all that can be drawn."""

    def __init__(self, name: str) -> None:
        """Begin a recording that goes nowhere yet."""
        self.kinds = load_rerun()
        self._recording = self.kinds.RecordingStream(APPLICATION)
        self._recording.set_log_time_enabled(enabled=False)
        self._recording.send_recording_name(name)

    def save(self, path: Path, blueprint: Any) -> None:
        """Write everything into a file from here on."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError as error:
            raise ResourceError(f"{path}: cannot be written: {error.strerror or error}") from error
        self._recording.save(path, default_blueprint=blueprint)

    def connect(self, url: str, blueprint: Any) -> None:
        """Send everything to a viewer that runs already, on another computer say."""
        try:
            self._recording.connect_grpc(url, default_blueprint=blueprint)
        except (ValueError, RuntimeError) as error:
            raise ResourceError(f"--connect {url}: {error}; expected rerun+http://HOST:9876/proxy") from error

    def spawn(self, blueprint: Any) -> None:
        """Open a window and send everything to it."""
        if not has_display():
            raise ResourceError(
                "there is no display to open a window on: write a file with --save FILE.rrd and open it elsewhere "
                "(`rerun FILE.rrd`), or show it in a viewer that runs elsewhere with --connect"
            )
        try:
            self._recording.spawn(default_blueprint=blueprint)
        except (RuntimeError, OSError) as error:
            raise ResourceError(f"Rerun's window does not open: {error}") from error

    def static(self, path: str, drawn: Any) -> None:
        """Draw something that never changes."""
        self._recording.log(path, drawn, static=True)

    def at(self, path: str, stamp_ns: int, drawn: Any) -> None:
        """Draw something from `stamp_ns` [ns] on."""
        self._recording.set_time(TIMELINE, timestamp=np.datetime64(int(stamp_ns), "ns"))
        self._recording.log(path, drawn)

    def columns(self, path: str, stamps_ns: NDArray[np.int64], columns: Any) -> None:
        """Draw something that changes at each of `stamps_ns` (n,) [ns]: one row of each column."""
        if len(stamps_ns):
            times = self.kinds.TimeColumn(TIMELINE, timestamp=stamps_ns.astype("datetime64[ns]"))
            self._recording.send_columns(path, indexes=[times], columns=columns)

    def scalars(self, path: str, stamps_ns: NDArray[np.int64], values: ArrayLike) -> None:
        """Draw a curve."""
        self.columns(path, stamps_ns, self.kinds.Scalars.columns(scalars=np.asarray(values, dtype=np.float64)))

    def states(self, path: str, colours: Mapping[str, str], labels: Sequence[str] = ()) -> None:
        """Say how the states of a lane are coloured: "#rrggbb" by their names."""
        codes = np.array([int(f"{colour[1:]}ff", 16) for colour in colours.values()], dtype=np.uint32)
        self.static(path, self.kinds.StateConfiguration(values=[*colours], labels=labels or [*colours], colors=codes))

    def close(self) -> None:
        """Send what is left."""
        self._recording.flush()
        self._recording.disconnect()


def has_display() -> bool:
    """Return whether a window can be opened here."""
    return not sys.platform.startswith("linux") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def thinned(stamps_ns: NDArray[np.int64], period_ns: int) -> NDArray[np.int64]:
    """Return the indices of the first sample of each period [ns]: an eye needs no more."""
    if not len(stamps_ns):
        return np.zeros(0, dtype=np.int64)
    periods = (stamps_ns - stamps_ns[0]) // period_ns
    return np.flatnonzero(np.diff(periods, prepend=-1) != 0)

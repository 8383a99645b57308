"""What the page draws over time, as plain values that its script reads."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

FAINT = "#9aa3ad"
JOINT_COLOURS = ("#d1495b", "#e08e45", "#c9a227", "#3a7d44", "#2a9d8f", "#2e6fba", "#6a3d7c")


@dataclass(frozen=True, eq=False)
class Curve:
    """Values over time [s]; gaps are NaN. low, high: the edges of a band around them, where there is one."""

    label: str
    colour: str
    times: ArrayLike
    values: ArrayLike
    width: float = 1.4
    dots: bool = False
    low: ArrayLike | None = None
    high: ArrayLike | None = None


@dataclass(frozen=True)
class Stretch:
    """A colour from `start` to `end` [s], in a row of its own, with what the pointer is told there."""

    start: float
    end: float
    colour: str
    text: str


@dataclass(frozen=True, eq=False)
class Panel:
    """One row of the page: curves that share an axis, or stretches."""

    title: str
    unit: str = ""
    curves: Sequence[Curve] = ()
    stretches: Sequence[Stretch] = ()
    height: int = 150

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.stretches and not any(np.asarray(curve.values).size for curve in self.curves)


def plain_panel(panel: Panel) -> dict[str, Any]:
    """Return a panel as JSON holds it: arrays are base64 of little-endian float32."""
    return {
        "title": panel.title,
        "unit": panel.unit,
        "height": panel.height,
        "curves": [_plain_curve(curve) for curve in panel.curves],
        "stretches": [[each.start, each.end, each.colour, each.text] for each in panel.stretches],
    }


def _plain_curve(curve: Curve) -> dict[str, Any]:
    plain = {"label": curve.label, "colour": curve.colour, "width": curve.width, "dots": curve.dots}
    arrays = {"x": curve.times, "y": curve.values, "low": curve.low, "high": curve.high}
    return {**plain, **{name: _text(values) for name, values in arrays.items() if values is not None}}


def _text(values: ArrayLike) -> str:
    return base64.b64encode(np.asarray(values, dtype="<f4").tobytes()).decode()

"""A window for pictures, where there is a display and matplotlib can open one on it."""

from collections.abc import Callable
from typing import Any

from diffpol_ros.replay.overlay import Pixels
from diffpol_ros.view.canvas import has_display

BACKENDS = ("QtAgg", "TkAgg", "GTK4Agg", "GTK3Agg")
DRAWING_S = 0.001


class Window:
    """Shows the last picture given."""

    def __init__(self, plot: Any, title: str) -> None:
        """Open it with matplotlib's pyplot."""
        self._plot = plot
        plot.ion()
        self._figure, axes = plot.subplots(num=title, figsize=(9.0, 7.0), layout="tight")
        axes.set_axis_off()
        self._axes, self._image = axes, None

    def __call__(self, pixels: Pixels) -> None:
        """Show a picture (height, width, 3)."""
        if self._image is None:
            self._image = self._axes.imshow(pixels)
        else:
            self._image.set_data(pixels)
        self._figure.canvas.draw_idle()
        self._plot.pause(DRAWING_S)


def open_window(title: str, backends: tuple[str, ...] = BACKENDS) -> Callable[[Pixels], None] | None:
    """Return what shows pictures; None without a display, or without any of matplotlib's windows."""
    if not has_display():
        return None
    import matplotlib.pyplot as plt

    for backend in backends:
        try:
            plt.switch_backend(backend)
            return Window(plt, title)
        except (ImportError, RuntimeError):
            continue
    return None

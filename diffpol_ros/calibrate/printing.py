"""Boards on paper: a page as large as the print, so that every program prints it true to scale."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from diffpol_ros.calibrate.board import Board
from diffpol_ros.core.errors import ResourceError

INCH = 0.0254
PAGES = {"A4": (0.297, 0.210), "A3": (0.420, 0.297), "A2": (0.594, 0.420), "A1": (0.841, 0.594)}
RULER = 0.1
SUFFIXES = (".pdf", ".png")


def write_print(board: Board, path: Path, dpi: int = 600) -> Path:
    """Write the board amid the smallest page that holds it, with its sizes and a ruler below; return the path."""
    if path.suffix.lower() not in SUFFIXES:
        raise ResourceError(f"{path}: a board is written as {' or '.join(SUFFIXES)}")
    texture = board.texture(dpi / INCH, samples=1)
    width, height = texture.shape[1] * INCH / dpi, texture.shape[0] * INCH / dpi
    name, (page_width, page_height) = page_for(width, height)
    with mpl.rc_context({"pdf.fonttype": 42, "font.size": 7}):
        figure = Figure(figsize=(page_width / INCH, page_height / INCH), dpi=dpi)
        left, bottom = 0.5 * (page_width - width), 0.5 * (page_height - height)
        axes = figure.add_axes((left / page_width, bottom / page_height, width / page_width, height / page_height))
        axes.imshow(texture, cmap="gray", vmin=0, vmax=255, interpolation="none")
        axes.set_axis_off()
        _ruler(figure, page_width, page_height)
        figure.text(0.5, 0.012, f"{told(board)}   |   {name}, print at 100 %", ha="center", va="bottom")
        path.parent.mkdir(parents=True, exist_ok=True)
        # A fixed date: the same board is the same file.
        figure.savefig(path, dpi=dpi, metadata={"CreationDate": None} if path.suffix.lower() == ".pdf" else {})
    return path


def page_for(width: float, height: float) -> tuple[str, tuple[float, float]]:
    """Return name and size [m] of the smallest page that holds a print [m]; else a page of its own."""
    for name, (long, short) in PAGES.items():
        for page in ((long, short), (short, long)):
            if width <= page[0] and height <= page[1]:
                return name, page
    return "own size", (width, height + 0.02)


def told(board: Board) -> str:
    """Return the sizes of a board in words."""
    settings = board.settings
    if settings.kind == "charuco":
        inner = f"squares {1e3 * settings.size:g} mm, DICT_5X5_250 markers {1e3 * settings.ratio * settings.size:g} mm"
    else:
        inner = f"tag36h11 {1e3 * settings.size:g} mm, gaps {1e3 * settings.ratio * settings.size:g} mm"
    grid = f"{settings.columns} x {settings.rows}"
    return f"{settings.name}: {settings.kind} {grid}, {inner}, ids from {settings.first_id}"


def _ruler(figure: Figure, page_width: float, page_height: float) -> None:
    """Draw 100 mm to lay a ruler against."""
    left, length = 0.5 * (page_width - RULER), RULER / page_width
    axes = figure.add_axes((left / page_width, 0.007 / page_height, length, 0.003 / page_height))
    axes.set(xlim=(0.0, 100.0), ylim=(0.0, 1.0), yticks=[], xticks=[])
    for mark in range(0, 101, 10):
        axes.axvline(mark, color="black", lw=0.8)
    axes.text(50.0, 1.3, "100 mm", ha="center", va="bottom")
    axes.set_frame_on(False)

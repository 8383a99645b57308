"""Pictures of ways over the table."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from sim.envs.avoid.drawing import draw, picture

LEFT = np.array([[0.525, -0.28], [0.43, -0.1], [0.35, 0.08], [0.29, 0.26], [0.29, 0.42]])
STOPPED = LEFT[:3]


def test_a_panel_shows_every_way_and_counts_the_routes():
    axes = Figure().subplots()
    draw(axes, [LEFT, LEFT, STOPPED], "some")
    drawn = [line for line in axes.lines if len(line.get_xydata()) > 2]
    assert len(drawn) == 3 and drawn[0].get_color() != drawn[2].get_color()
    assert "3 ways, 1 routes, entropy 0.00" in axes.get_title()


def test_a_picture_is_a_png_file(tmp_path: Path):
    picture([("one", [LEFT]), ("two", [LEFT, STOPPED])], tmp_path / "deep" / "ways.png")
    assert (tmp_path / "deep" / "ways.png").read_bytes().startswith(b"\x89PNG")

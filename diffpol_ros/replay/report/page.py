"""Puts the page together: markup, style and script lie beside this file, and the run goes into them."""

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template

from diffpol_ros.replay.report.moments import Shot
from diffpol_ros.replay.report.panel import Panel, plain_panel
from diffpol_ros.replay.report.tables import Table
from diffpol_ros.replay.report.thinning import thinned

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, eq=False)
class Page:
    """What stands on the page. facts: what is said of the run in a line each; start_ns: what times count from.

    duration_s, begin_s: how long the axis is, and where it begins, which may be before start_ns [s].
    shots: what the camera saw; None: that is no matter of this page.
    """

    title: str
    facts: Sequence[tuple[str, str]]
    duration_s: float
    start_ns: int
    panels: Sequence[Panel]
    tables: Sequence[Table]
    shots: Sequence[Shot] | None = ()
    begin_s: float = 0.0


def page_text(page: Page) -> str:
    """Return the page as HTML with everything in it."""
    panels = [plain_panel(replace(each, curves=[thinned(curve) for curve in each.curves])) for each in page.panels]
    data = {"begin": page.begin_s, "duration": page.duration_s, "panels": panels}
    return Template(_read("page.html")).substitute(
        title=html.escape(page.title),
        style=_read("page.css"),
        script=_read("page.js"),
        facts="".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(what)}</dd>" for name, what in page.facts),
        tables="".join(_table(table) for table in page.tables),
        shots="" if page.shots is None else _shots(page.shots, page.start_ns),
        # A script ends at the first "</", wherever it stands.
        data=json.dumps(data, allow_nan=False).replace("</", "<\\/"),
    )


def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _table(table: Table) -> str:
    head = "".join(f"<th>{html.escape(heading)}</th>" for heading in table.headings)
    rows = "".join(_row(row, table.times[index] if table.times else None) for index, row in enumerate(table.rows))
    name = ' class="wide"' if table.wide else ""
    return f"<section{name}><h2>{html.escape(table.title)}</h2><table><tr>{head}</tr>{rows}</table></section>"


def _row(row: Sequence[str], time: float | None) -> str:
    cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in row)
    return f"<tr>{cells}</tr>" if time is None else f'<tr data-time="{time:.3f}">{cells}</tr>'


def _shots(shots: Sequence[Shot], start_ns: int) -> str:
    figures = "".join(_figure(shot, start_ns) for shot in shots) or "<p>The bag holds no images.</p>"
    return f'<section><h2>what the camera saw</h2><div class="shots">{figures}</div></section>'


def _figure(shot: Shot, start_ns: int) -> str:
    seconds = 1e-9 * (shot.exposed_ns - start_ns)
    words = html.escape(shot.moment.title)
    return (
        f'<figure data-time="{seconds:.3f}"><img src="{shot.url}" alt="{words}">'
        f"<figcaption><b>{seconds:.2f} s</b> {words}</figcaption></figure>"
    )

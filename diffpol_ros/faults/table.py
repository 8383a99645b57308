"""The table of faults, as Markdown and as JSON."""

import dataclasses
import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.faults.summary import Row

BEGIN, END = "<!-- table of faults: begin -->", "<!-- table of faults: end -->"
HEADINGS = (
    *("fault", "rig", "answer", "braking p50 [ms]", "p99", "safe p50 [ms]", "p99", "worst", "target", "unsafe"),
    *("comes back", "trials", "gaps", "void", "passed"),
)
PARTIAL = "Interrupted: only these trials were done."


def cells(row: Row) -> tuple[str, ...]:
    """Return a row's texts, one a heading."""
    return (
        row.fault,
        row.rig,
        row.seen,
        *map(_milliseconds, (row.noticed_median, row.noticed_p99, row.median, row.p99, row.worst)),
        _milliseconds(row.target if row.target is not None else math.nan),
        str(row.unsafe),
        row.recovery,
        str(row.trials),
        str(row.gaps),
        str(row.void),
        "yes" if row.passed else "**no**",
    )


def markdown(rows: Sequence[Row], partial: bool = False) -> str:
    """Return the table, what each fault does, and what failed."""
    lines = [_line(HEADINGS), _line(["---"] * len(HEADINGS)), *(_line(cells(row)) for row in rows), ""]
    if partial:
        lines += [PARTIAL, ""]
    lines += [f"- **{fault}**: {what}" for fault, what in {row.fault: row.what for row in rows}.items()]
    failed = [f"- {row.fault} ({row.rig}): {failure}" for row in rows for failure in row.failures]
    return "\n".join([*lines, *(["", "Failed:", "", *failed] if failed else []), ""])


def as_json(rows: Sequence[Row], partial: bool = False) -> str:
    """Return the rows; a time that there is not is null."""
    plain = [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in each.items()}
        for each in map(dataclasses.asdict, rows)
    ]
    return json.dumps({"partial": partial, "rows": plain}, indent=2)


def read_json(path: Path) -> list[Row]:
    """Return the rows that `write` put into a .json file."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))["rows"]
        return [_row_from(each) for each in plain]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResourceError(f"{path}: no table of faults ({error}); `diffpol faults --output` writes one") from error


def beside(rows: Sequence[Row], earlier: Sequence[Row]) -> list[Row]:
    """Return `rows`, and of those of an `earlier` run what was not done again, a fault's rigs together."""
    done = {(row.fault, row.rig) for row in rows}
    both = [*(row for row in earlier if (row.fault, row.rig) not in done), *rows]
    order = list(dict.fromkeys(row.fault for row in (*earlier, *rows)))
    return sorted(both, key=lambda row: order.index(row.fault))


def write(path: Path, rows: Sequence[Row], partial: bool = False) -> None:
    """Write the table to a .json or .md file; in a page that has a place for it, only there."""
    if path.suffix == ".json":
        text = as_json(rows, partial)
    elif path.suffix == ".md":
        text = _into_page(path, markdown(rows, partial))
    else:
        raise ResourceError(f"{path}: expected a name that ends in .md or .json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _row_from(plain: dict[str, Any]) -> Row:
    may_lack = {"target"}
    values = {name: math.nan if value is None and name not in may_lack else value for name, value in plain.items()}
    return Row(**{**values, "failures": tuple(plain["failures"])})


def _into_page(path: Path, table: str) -> str:
    page = path.read_text(encoding="utf-8") if path.is_file() else ""
    if BEGIN not in page or END not in page:
        return table
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    return f"{before}{BEGIN}\n\n{table}\n{END}{after}"


def _line(texts: Sequence[str]) -> str:
    return f"| {' | '.join(text.replace('|', '/') for text in texts)} |"


def _milliseconds(seconds: float) -> str:
    return "" if math.isnan(seconds) else f"{1000.0 * seconds:.0f}"

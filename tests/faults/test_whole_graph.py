"""The faults of the whole graph in the twin, twice each; `diffpol faults` does them often and measures."""

import json
import subprocess
import sys
from typing import Any

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.faults.registry import FAULTS

# Slow: beside other tests two cores have no time left for a graph whose pictures pass through another process.
pytestmark = [pytest.mark.ros, pytest.mark.gl, pytest.mark.slow, pytest.mark.xdist_group("system")]
TWIN = [fault.name for fault in FAULTS if fault.twin is not None]
REPEATS = 2
LONGEST_S = 3600.0


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return what came of each fault, done in a process of its own: only one that joins the graph gets its pictures."""
    table = tmp_path_factory.mktemp("faults") / "table.json"
    options = ["--rig", "twin", "--repeats", str(REPEATS), "--output", str(table)]
    run = subprocess.run(
        [sys.executable, "-m", "diffpol_ros.cli.main", "faults", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LONGEST_S,
    )
    assert table.is_file(), run.stdout
    found = {row["fault"]: row for row in json.loads(table.read_text(encoding="utf-8"))["rows"]}
    assert set(found) == set(TWIN), run.stdout
    return found


@pytest.mark.timeout(LONGEST_S)
@pytest.mark.parametrize("name", TWIN)
def test_it_is_answered_as_the_registry_says(rows: dict[str, dict[str, Any]], name: str) -> None:
    row = rows[name]
    late = [each for each in row["failures"] if row["starved"] and "safe after" in each]
    if late and late == row["failures"]:
        pytest.skip(f"this machine had no processor for it: {late}")
    assert row["failures"] == []

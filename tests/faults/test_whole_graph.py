"""Faults of cameras, estimation, policy and nodes in the whole graph, as `diffpol faults` does them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("rclpy")

from diffpol_ros.faults.camera_faults import CAMERA_FAULTS
from diffpol_ros.faults.estimation_faults import ESTIMATION_FAULTS
from diffpol_ros.faults.fault import Fault
from diffpol_ros.faults.node_faults import NODE_FAULTS
from diffpol_ros.faults.policy_faults import POLICY_FAULTS

# Slow: beside other tests two cores have no time left for a graph whose pictures pass through another process.
pytestmark = [pytest.mark.ros, pytest.mark.gl, pytest.mark.slow, pytest.mark.xdist_group("system")]
QUICK = ("cameras_silent", "cameras_frozen", "one_camera_silent", "tag_hidden_1_s", "tag_flip")
BEFORE_THE_BRIDGE = (*CAMERA_FAULTS, *ESTIMATION_FAULTS, *POLICY_FAULTS, *NODE_FAULTS)
MINUTES = 60.0


def outcome(folder: Path, names: tuple[str, ...], rig: str, repeats: int, timeout_s: float) -> list[dict[str, Any]]:
    """Do some faults, in a process that has not yet loaded ROS, and return the rows of the table."""
    table = folder / "table.json"
    options = ["--rig", rig, "--repeats", str(repeats), "--output", str(table), "--only", *names]
    run = subprocess.run(
        [sys.executable, "-m", "diffpol_ros.cli.main", "faults", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=timeout_s,
    )
    assert table.is_file(), run.stdout
    rows: list[dict[str, Any]] = json.loads(table.read_text(encoding="utf-8"))["rows"]
    assert {row["fault"] for row in rows} == set(names)
    return rows


def wrong(rows: list[dict[str, Any]]) -> list[str]:
    """Return what went wrong, times as well unless the machine had no processor for the graph to the last attempt."""
    return [each for row in rows for each in row["failures"] if not (row["starved"] and "safe after" in each)]


def names_of(faults: tuple[Fault, ...], rig: str) -> tuple[str, ...]:
    return tuple(fault.name for fault in faults if rig in fault.rigs)


@pytest.mark.timeout(240)
def test_cameras_that_show_nothing_hold_the_arm_and_what_is_merely_hidden_does_not(tmp_path: Path) -> None:
    assert wrong(outcome(tmp_path, QUICK, "twin", 1, 4 * MINUTES)) == []


@pytest.mark.timeout(3600)
def test_every_fault_before_the_bridge_is_answered_and_the_arm_comes_back(tmp_path: Path) -> None:
    assert wrong(outcome(tmp_path, names_of(BEFORE_THE_BRIDGE, "twin"), "twin", 3, 60 * MINUTES)) == []

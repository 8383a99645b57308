"""What must never run: damaged bundles and malformed calibrations are refused by name, file and line."""

import os
from pathlib import Path

import pytest

from diffpol_ros.faults.bundle_faults import BUNDLE_FAULTS
from diffpol_ros.faults.calibration_faults import CALIBRATION_FAULTS
from diffpol_ros.faults.fault import Fault
from diffpol_ros.faults.start import run_start
from diffpol_ros.graph.command import ros_environment

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("system"), pytest.mark.timeout(120)]


@pytest.mark.parametrize("fault", [*BUNDLE_FAULTS, *CALIBRATION_FAULTS], ids=lambda fault: fault.name)
def test_it_is_refused(fault: Fault, tmp_path: Path) -> None:
    pytest.importorskip("rclpy")
    trial = run_start(fault, tmp_path, ros_environment(tmp_path / "ros", int(os.environ["ROS_DOMAIN_ID"])))
    assert trial.passed, trial.complaint

"""What is drawn of an object: its poses with their covariance, in rotation too, and how wrong these were."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.replay.report.clock import Clock
from diffpol_ros.replay.report.object_panels import object_panels
from diffpol_ros.replay.report.panel import Curve, Panel
from diffpol_ros.replay.series import Run
from tests.replay.synthetic import (
    ESTIMATE_ERROR_M,
    ESTIMATE_ERROR_RAD,
    POSITION_DEVIATION_M,
    ROTATION_DEVIATION_RAD,
)


def row(run: Run, title: str) -> Panel:
    (found,) = [each for each in object_panels(run, Clock(run.span_ns[0])) if each.title.startswith(title)]
    return found


def curve(panel: Panel, label: str) -> Curve:
    (found,) = [each for each in panel.curves if each.label == label]
    return found


@pytest.mark.parametrize(
    ("title", "deviation"),
    [("block, band", POSITION_DEVIATION_M), ("block, turned", np.degrees(ROTATION_DEVIATION_RAD))],
)
def test_the_band_around_an_estimate_is_two_deviations(run: Run, title: str, deviation: float) -> None:
    z = curve(row(run, title), "z")
    assert z.low is not None and z.high is not None
    assert np.allclose(np.asarray(z.high) - np.asarray(z.low), 4.0 * deviation, rtol=1e-3)


def test_turns_count_from_the_first_that_is_known_of_the_object(run: Run) -> None:
    turned = row(run, "block, turned")
    assert np.allclose(np.asarray(curve(turned, "z").values), np.degrees(ESTIMATE_ERROR_RAD))
    assert np.allclose(np.asarray(curve(turned, "z true").values), 0.0)
    alone = row(replace(run, truths={}), "block, turned")
    assert np.allclose(np.asarray(curve(alone, "z").values), 0.0)


def test_errors_stand_beside_what_the_covariance_expects_of_them(run: Run) -> None:
    errors = row(run, "error of block")
    assert np.allclose(np.asarray(curve(errors, "position [mm]").values), 1e3 * ESTIMATE_ERROR_M)
    expected = np.asarray(curve(errors, "rotation expected [deg]").values)
    assert np.allclose(expected, np.sqrt(3.0) * np.degrees(ROTATION_DEVIATION_RAD))
    unknown = row(replace(run, truths={}), "error of block")
    assert "truth" not in unknown.title and len(unknown.curves) == 2


def test_an_object_that_nobody_estimated_has_no_errors(run: Run) -> None:
    titles = [each.title for each in object_panels(replace(run, estimates={}), Clock(0)) if not each.empty]
    assert [title for title in titles if title.startswith("block, ")] and not any("error" in each for each in titles)

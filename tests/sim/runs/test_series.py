"""Means and bands over seeds of runs that did not log at the same places."""

import json
from pathlib import Path

import numpy as np
import pytest

from sim.errors import RunError
from sim.runs.folder import RunLog
from sim.runs.record import About
from sim.runs.scalars import LOG, Scalar
from sim.runs.series import SECONDS, STEP, find_runs, grouped


def run(folder: Path, seed: int, values: dict[int, float], method: str = "DPPO", every: int = 100) -> Path:
    with RunLog(folder, About("hopper", method, seed), events=False):
        pass
    lines = [Scalar("return", step, 2.0 * step, value).line() for step, value in values.items()]
    lines += [Scalar("environment_steps", step, 2.0 * step, every * step).line() for step in values]
    (folder / LOG).write_text("".join(lines))
    return folder


def test_a_curve_goes_over_steps_time_or_any_scalar_of_the_same_steps(tmp_path: Path):
    found = find_runs([run(tmp_path, 0, {0: 1.0, 10: 2.0, 20: float("nan"), 30: 4.0})])[0]
    assert found.curve("return", STEP).x.tolist() == [0, 10, 30]
    assert found.curve("return", SECONDS).x.tolist() == [0, 20, 60]
    assert found.curve("return", "environment_steps").x.tolist() == [0, 1000, 3000]
    assert found.curve("return", STEP).y.tolist() == [1.0, 2.0, 4.0]


def test_seeds_of_a_method_become_one_mean_where_all_have_been(tmp_path: Path):
    run(tmp_path / "a", 0, {0: 0.0, 10: 10.0, 20: 20.0})
    run(tmp_path / "b", 1, {5: 7.0, 15: 17.0})
    run(tmp_path / "c", 0, {0: 5.0}, method="Gaussian")
    groups = grouped(find_runs([tmp_path]))
    assert [(group.method, len(group.runs)) for group in groups] == [("DPPO", 2), ("Gaussian", 1)]
    places, band = groups[0].band("return", STEP)
    assert places.tolist() == [5, 10, 15]
    np.testing.assert_allclose(band.mean, [6.0, 11.0, 16.0])
    assert (band.low < band.mean).all()
    assert groups[0].final("return", last=1).mean == 18.5
    assert groups[0].final("return", last=2).mean == 13.5


def test_a_long_run_is_thinned_and_keeps_its_ends(tmp_path: Path):
    run(tmp_path, 0, dict.fromkeys(range(3000), 0.5))
    places, _ = grouped(find_runs([tmp_path]))[0].band("return", STEP)
    assert len(places) == 400 and places[0] == 0 and places[-1] == 2999


def test_what_cannot_be_drawn_is_named(tmp_path: Path):
    with pytest.raises(RunError, match=r"no run\.json in or below"):
        find_runs([tmp_path])
    run(tmp_path / "a", 0, {0: 1.0})
    with pytest.raises(RunError, match="logged no 'success', only environment_steps, return"):
        find_runs([tmp_path])[0].curve("success", STEP)
    run(tmp_path / "b", 0, {0: 1.0})
    with pytest.raises(RunError, match=r"seeds \[0, 0\] repeat"):
        grouped(find_runs([tmp_path]))
    run(tmp_path / "b", 1, {3: 1.0})
    with pytest.raises(RunError, match="share no part"):
        grouped(find_runs([tmp_path]))[0].band("return", STEP)


def test_run_json_is_plain_json(tmp_path: Path):
    record = json.loads((run(tmp_path, 4, {0: 1.0}) / "run.json").read_text())
    assert record["about"] == {"task": "hopper", "method": "DPPO", "seed": 4}

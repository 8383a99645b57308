from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffpol_ros.calibrate import latency_file
from diffpol_ros.calibrate.latency_file import MeasuredLatency, command_lead, load_latency, write_latency
from diffpol_ros.core.errors import ResourceError, SettingsError

MEASURED = MeasuredLatency(
    robot="panda",
    backend="polymetis",
    address="10.0.0.2",
    date="2026-02-03",
    rate=100.0,
    wiggles=9,
    transport=0.003,
    transport_deviation=0.0005,
    lag=0.08,
    lag_deviation=0.001,
    total=0.083,
    axes=("x", "y", "z"),
    axis_totals=(0.11, 0.065, 0.074),
    total_half=0.001,
)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of measured latencies, with one for a panda."""
    write_latency(MEASURED, tmp_path / "panda.yaml")
    monkeypatch.setattr(latency_file, "find_resource", lambda _, name: existing(tmp_path / f"{name}.yaml"))
    return tmp_path


def existing(path: Path) -> Path:
    if not path.exists():
        raise ResourceError(f"no {path}")
    return path


@given(st.floats(0.0, 0.3))
def test_an_explicit_lead_wins(asked: float) -> None:
    assert command_lead(asked, "never_measured", 100.0) == asked


@pytest.mark.usefixtures("root")
def test_a_lead_of_minus_one_is_the_measured_one_with_half_a_period() -> None:
    assert command_lead(-1.0, "panda", 100.0) == pytest.approx(0.083 + 0.005)
    assert command_lead(-1.0, "panda", 500.0) == pytest.approx(0.083 + 0.001)


@pytest.mark.usefixtures("root")
def test_what_was_written_is_read() -> None:
    assert load_latency("panda")[1] == MEASURED


@pytest.mark.usefixtures("root")
def test_a_robot_never_measured_is_told_the_command() -> None:
    with pytest.raises(ResourceError, match="fr3: its latency was never measured: run `diffpol calibrate latency`"):
        command_lead(-1.0, "fr3", 100.0)


@pytest.mark.parametrize("asked", [-0.5, -2.0, float("nan")])
def test_other_negative_leads_are_refused(asked: float) -> None:
    with pytest.raises(SettingsError, match="expected 0 or more, or -1"):
        command_lead(asked, "panda", 100.0)


def test_the_file_of_another_robot_is_refused(root: Path) -> None:
    (root / "panda.yaml").rename(root / "fr3.yaml")
    with pytest.raises(SettingsError, match="was measured of 'panda', not of 'fr3'"):
        command_lead(-1.0, "fr3", 100.0)


def test_a_slip_in_the_file_is_told_with_its_line(root: Path) -> None:
    path = root / "panda.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("total: 0.083", "total: 83"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"panda\.yaml:\d+: total is 83\.0, expected at most 0\.5"):
        command_lead(-1.0, "panda", 100.0)


def test_a_lead_too_long_to_be_followed_is_refused(root: Path) -> None:
    path = root / "panda.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("total: 0.083", "total: 0.4"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"asks for a command lead of 0\.405 s, at most 0\.3"):
        command_lead(-1.0, "panda", 100.0)

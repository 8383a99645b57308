"""A robot's measured latency as a file of calibration/latency/, and the command lead that follows from it."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from diffpol_ros.core.errors import ResourceError, SettingsError
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.settings import load_settings, setting

FOLDER = "calibration/latency"
HEADING = "# Written by `diffpol calibrate latency`; docs/latency.md says what it means.\n"
MEASURED = -1.0
LONGEST_LEAD = 0.3
COMMAND = "run `diffpol calibrate latency`"


@dataclass(frozen=True)
class MeasuredLatency:
    """What was measured, of which robot, when and how well; times in [s], each with its standard deviation a wiggle."""

    robot: str = setting(description="name of the robot's description")
    backend: str = setting(description="what drove it")
    address: str = setting(description="where it was")
    date: str = setting(description="of the measurement")
    rate: float = setting(description="of the targets [Hz]", minimum=10.0, maximum=1000.0)
    wiggles: int = setting(description="that were followed", minimum=2)
    transport: float = setting(description="from a decided target to the arm's answer [s]", minimum=-0.05, maximum=0.3)
    transport_deviation: float = setting(description="[s]", minimum=0.0, maximum=0.3)
    lag: float = setting(description="by which slow motion trails after that [s]", minimum=0.0, maximum=0.3)
    lag_deviation: float = setting(description="[s]", minimum=0.0, maximum=0.3)
    total: float = setting(description="both: how late slow motion is, mean of the axes [s]", minimum=0.0, maximum=0.5)
    axes: tuple[str, ...] = setting(description="of the base along which the hand moved")
    axis_totals: tuple[float, ...] = setting(description="both, axis by axis [s]", minimum=-0.1, maximum=0.5)
    total_half: float = setting(description="half the 95 % interval of the sum [s]", minimum=0.0, maximum=0.3)
    clock_offset: float = setting(0.0, description="of the robot's clock: ahead [s]", minimum=-60, maximum=60)
    schema_version: int = setting(1, description="of this file", minimum=1, maximum=1)

    def lead(self, rate: float) -> float:
        """Return how far ahead targets at `rate` [Hz] are sampled [s]: each is held, and so half a period late."""
        return self.total + 0.5 / rate


def command_lead(asked: float, robot: str, rate: float) -> float:
    """Return the lead [s] of targets at `rate` [Hz]: as `asked` [s], or as measured of `robot` where that is -1."""
    if asked >= 0.0:
        return asked
    if asked != MEASURED:
        raise SettingsError(f"command_lead is {asked}, expected 0 or more, or -1 for what was measured")
    path, measured = load_latency(robot)
    if measured.robot != robot:
        raise SettingsError(f"{path}: was measured of {measured.robot!r}, not of {robot!r}: {COMMAND}")
    lead = measured.lead(rate)
    if lead > LONGEST_LEAD:
        raise SettingsError(f"{path}: asks for a command lead of {lead:.3f} s, at most {LONGEST_LEAD} are allowed")
    return lead


def load_latency(robot: str) -> tuple[Path, MeasuredLatency]:
    """Read the file of a robot's latency."""
    try:
        path = find_resource(FOLDER, robot)
    except ResourceError as error:
        raise ResourceError(f"{robot}: its latency was never measured: {COMMAND}, or set command_lead") from error
    return path, load_settings(MeasuredLatency, path)


def write_latency(measured: MeasuredLatency, path: Path) -> None:
    """Write the file; an older one is replaced."""
    plain = {name: _plain(value) for name, value in asdict(measured).items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(HEADING + yaml.safe_dump(plain, sort_keys=False, default_flow_style=None), encoding="utf-8")
    fresh.replace(path)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return round(value, 6) if isinstance(value, float) else value

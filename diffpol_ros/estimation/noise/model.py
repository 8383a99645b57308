"""How estimates of an object differ from the truth: what was measured, and the model that simulation draws from."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from diffpol_ros.core.errors import SettingsError
from diffpol_ros.core.resources import find_resource
from diffpol_ros.core.settings import closest, load_settings, setting
from diffpol_ros.core.types import Array
from diffpol_ros.estimation.noise.place import Place, Spectrum, Three

SCHEMA_VERSION = 1
FOLDER = "calibration/noise"


@dataclass(frozen=True)
class AxisNoise:
    """Along one axis of the robot base frame [m], or about it [rad], at the object's reference distance and tag size.

    Elsewhere all of it is multiplied by (distance / reference)^distance_power * (reference / size)^size_power.
    """

    white: float = setting(description="Deviation of the part new in each frame", minimum=0.0, maximum=1.0)
    drift: float = setting(0.0, description="Deviation of the part that wanders", minimum=0.0, maximum=1.0)
    drift_time: float = setting(1.0, description="Time over which it wanders [s]", minimum=1e-3, maximum=1e5)
    bias: float = setting(0.0, description="Deviation of the part that stays for an episode", minimum=0.0, maximum=1.0)
    distance_power: float = setting(0.0, description="Growth with distance", minimum=-10.0, maximum=10.0)
    size_power: float = setting(0.0, description="Decrease with tag size", minimum=-10.0, maximum=10.0)


@dataclass(frozen=True)
class Flips:
    """Frames in which the object is seen turned about an axis of its own."""

    probability: float = setting(0.0, description="Of a frame to be flipped", minimum=0.0, maximum=1.0)
    angle: float = setting(0.0, description="How far it is turned [rad]", minimum=0.0, maximum=math.pi)


@dataclass(frozen=True)
class Dropouts:
    """Frames that give no estimate: the last one is held."""

    probability: float = setting(0.0, description="Of a frame to be lost", minimum=0.0, maximum=0.99)
    burst: float | None = setting(
        None, description="Mean number lost in a row; none: each for itself", minimum=1.0, maximum=1e4
    )

    def __post_init__(self) -> None:
        """Refuse bursts too short for so many losses."""
        if self.after_frame > 1.0:
            shortest = self.probability / (1.0 - self.probability)
            raise ValueError(f"burst is {self.burst}: losing {self.probability:g} of all needs at least {shortest:.3g}")

    @property
    def after_frame(self) -> float:
        """Return the probability that the frame after one that was seen is lost."""
        if self.burst is None:
            return self.probability
        return self.probability / ((1.0 - self.probability) * self.burst)

    @property
    def after_loss(self) -> float:
        """Return the probability that the frame after a lost one is lost too."""
        return self.probability if self.burst is None else 1.0 - 1.0 / self.burst


@dataclass(frozen=True)
class Delay:
    """From exposure to the arrival of the estimate: least..most, drawn once an episode, and up to `jitter` more."""

    least: float = setting(description="Shortest, in the fastest episode [s]", minimum=0.0, maximum=10.0)
    most: float = setting(description="Shortest, in the slowest episode [s]", minimum=0.0, maximum=10.0)
    jitter: float = setting(description="Greatest addition, uniform, for each frame [s]", minimum=0.0, maximum=10.0)

    def __post_init__(self) -> None:
        """Refuse swapped limits."""
        if self.least > self.most:
            raise ValueError(f"least {self.least} s > most {self.most} s: swapped?")


@dataclass(frozen=True)
class Occlusion:
    """The hand hides the object; chosen, not measured: it needs motion."""

    probability: float = setting(description="That it does so in an episode", minimum=0.0, maximum=1.0)
    distance: float = setting(description="Of the tool centre point to hide it [m]", minimum=0.0, maximum=2.0)


@dataclass(frozen=True)
class Validity:
    """What the laws were measured over; beyond it they are a guess."""

    nearest: float = setting(description="Shortest distance [m]", minimum=0.0, maximum=100.0)
    farthest: float = setting(description="Longest distance [m]", minimum=0.0, maximum=100.0)
    smallest: float = setting(description="Smallest tag [m]", minimum=1e-3, maximum=2.0)
    largest: float = setting(description="Largest tag [m]", minimum=1e-3, maximum=2.0)


@dataclass(frozen=True)
class ObjectNoise:
    """One object: noise at its reference `distance` and `tag_size`, and the places it was measured at.

    What is absent (delay, occlusion) was not measured.
    """

    name: str = setting(description="As in calibration/objects")
    tag_size: float = setting(description="Edge of its tags [m]", minimum=1e-3, maximum=2.0)
    distance: float = setting(description="From the cameras, on average over them [m]", minimum=0.01, maximum=100.0)
    rate: float = setting(description="Exposures a second [Hz]", minimum=0.1, maximum=1000.0)
    x: AxisNoise = setting(description="Along x [m]")
    y: AxisNoise = setting(description="Along y [m]")
    z: AxisNoise = setting(description="Along z [m]")
    rx: AxisNoise = setting(description="About x [rad]")
    ry: AxisNoise = setting(description="About y [rad]")
    rz: AxisNoise = setting(description="About z [rad]")
    flips: Flips = setting(Flips(), description="Wrong one of a tag's two poses")
    dropouts: Dropouts = setting(Dropouts(), description="Frames without an estimate")
    delay: Delay | None = setting(None, description="From exposure to arrival")
    occlusion: Occlusion | None = setting(None, description="By the hand")
    valid: Validity | None = setting(None, description="Where the laws were measured; none: everywhere the same")
    spectrum: Spectrum | None = setting(None, description="At the place nearest the reference")
    places: tuple[Place, ...] = setting((), description="What was measured")

    @property
    def axes(self) -> tuple[AxisNoise, ...]:
        """Return the six axes in order."""
        return self.x, self.y, self.z, self.rx, self.ry, self.rz

    def scales(self, distance: float, tag_size: float | None = None) -> Array:
        """Return (6,) how much larger the noise is at `distance` [m], for tags of `tag_size` [m] (none: its own)."""
        far = np.power(distance / self.distance, [axis.distance_power for axis in self.axes])
        small = np.power(self.tag_size / (tag_size or self.tag_size), [axis.size_power for axis in self.axes])
        return far * small

    def complaint(self, distance: float, tag_size: float | None = None) -> str:
        """Return why noise there is extrapolated, or an empty text."""
        valid, size = self.valid, tag_size or self.tag_size
        if valid is None:
            return ""
        if not valid.nearest <= distance <= valid.farthest:
            return f"{distance:.2f} m lies outside the measured {valid.nearest:g}..{valid.farthest:g} m"
        if not valid.smallest <= size <= valid.largest:
            return f"tags of {1e3 * size:g} mm lie outside {1e3 * valid.smallest:g}..{1e3 * valid.largest:g} mm"
        return ""


@dataclass(frozen=True)
class NoiseModel:
    """A file in calibration/noise."""

    date: str = setting(description="When it was recorded")
    source: str = setting(description="Where from: the twin, a bag, a running graph, or a choice")
    objects: tuple[ObjectNoise, ...] = setting(description="What was looked at")
    viewpoints: tuple[Three, ...] = setting((), description="Cameras in the robot base frame [m]")
    schema_version: int = setting(SCHEMA_VERSION, description="Version of this file's layout")

    def __post_init__(self) -> None:
        """Check what single entries cannot tell."""
        if self.schema_version != SCHEMA_VERSION:
            raise ValueError(f"schema_version is {self.schema_version}, expected {SCHEMA_VERSION}")
        names = [entry.name for entry in self.objects]
        if len(set(names)) != len(names):
            raise ValueError(f"object {max(names, key=names.count)!r} has more than one entry")
        lawful = [entry.name for entry in self.objects if any(axis.distance_power for axis in entry.axes)]
        if lawful and not self.viewpoints:
            raise ValueError(f"noise of {lawful[0]!r} depends on distance, but there are no viewpoints to measure from")

    def of(self, name: str) -> ObjectNoise:
        """Return the entry of object `name`."""
        entries = {entry.name: entry for entry in self.objects}
        if name not in entries:
            raise SettingsError(f"the noise from {self.source} has no object {name!r}; {closest(name, entries)}")
        return entries[name]

    def distance_to(self, position: Array) -> float:
        """Return how far a point of the base frame is from the cameras, on average over them [m]."""
        return float(np.mean([np.linalg.norm(position - np.array(viewpoint)) for viewpoint in self.viewpoints]))


def load_noise(name: str) -> NoiseModel:
    """Return the noise model `name`: one of calibration/noise, or the path of a file."""
    path = find_resource(FOLDER, name)
    _refuse_newer(path)
    return load_settings(NoiseModel, path)


def _refuse_newer(path: Path) -> None:
    """A newer layout is said to be one before its unknown keys are."""
    try:
        plain = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError, ValueError):
        return  # load_settings says it better
    version = plain.get("schema_version") if isinstance(plain, dict) else None
    if isinstance(version, int) and version > SCHEMA_VERSION:
        raise SettingsError(
            f"{path}: schema_version is {version}, this version of diffpol_ros reads up to {SCHEMA_VERSION}: update it"
        )

"""What one recording with nothing moving showed, as it stands in a noise file."""

from dataclasses import dataclass

from diffpol_ros.core.settings import setting

Three = tuple[float, float, float]
Bands = tuple[float, ...]


@dataclass(frozen=True)
class AxisRecord:
    """One axis of the robot base frame: [m], or [rad] about it."""

    white: float = setting(description="Deviation of the part new in each frame", minimum=0.0)
    drift: float = setting(description="Deviation of the part that wanders", minimum=0.0)
    drift_time: float = setting(description="Its correlation time [s]", minimum=0.0)
    range: float = setting(description="Largest minus smallest", minimum=0.0)
    p99: float = setting(description="99 of 100 frames are nearer to the mean", minimum=0.0)
    offset: float | None = setting(None, description="Mean minus truth, where it is known")


@dataclass(frozen=True)
class Spectrum:
    """Deviation within bands of frequency, for each axis: [m] or [rad]."""

    edges_hz: Bands = setting(description="Bands begin and end here [Hz]")
    x: Bands = setting(description="Along x, one number a band")
    y: Bands = setting(description="Along y")
    z: Bands = setting(description="Along z")
    rx: Bands = setting(description="About x")
    ry: Bands = setting(description="About y")
    rz: Bands = setting(description="About z")


@dataclass(frozen=True)
class Place:
    """One recording. along, across: deviation of the white part along the first camera's ray and across it [m]."""

    tag_size: float = setting(description="Edge of the tags [m]", minimum=1e-3, maximum=2.0)
    distance: float = setting(description="From the cameras, on average over them [m]", minimum=0.0, maximum=100.0)
    position: Three = setting(description="Of the object in the robot base frame [m]")
    samples: int = setting(description="Frames that gave an estimate", minimum=1)
    duration: float = setting(description="Of the recording [s]", minimum=0.0)
    rate: float = setting(description="Exposures a second [Hz]", minimum=0.0)
    lost: int = setting(description="Frames without an estimate", minimum=0)
    bursts: int = setting(description="Runs of lost frames", minimum=0)
    longest_burst: int = setting(description="Lost in a row at most", minimum=0)
    flips: int = setting(description="Frames seen turned", minimum=0)
    flip_angle: float = setting(description="By how much, median [rad]", minimum=0.0, maximum=3.2)
    x: AxisRecord = setting(description="Along x [m]")
    y: AxisRecord = setting(description="Along y [m]")
    z: AxisRecord = setting(description="Along z [m]")
    rx: AxisRecord = setting(description="About x [rad]")
    ry: AxisRecord = setting(description="About y [rad]")
    rz: AxisRecord = setting(description="About z [rad]")
    along: float = setting(description="White part along the ray [m]", minimum=0.0)
    across: float = setting(description="White part across the ray [m]", minimum=0.0)
    delay: float | None = setting(None, description="Mean, from exposure to arrival [s]", minimum=0.0)
    delay_least: float | None = setting(None, description="Shortest of them [s]", minimum=0.0)
    delay_deviation: float | None = setting(None, description="Standard deviation of it [s]", minimum=0.0)

    @property
    def axes(self) -> tuple[AxisRecord, ...]:
        """Return the six axes in order."""
        return self.x, self.y, self.z, self.rx, self.ry, self.rz

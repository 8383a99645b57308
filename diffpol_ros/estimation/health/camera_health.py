"""What can be said about a camera apart from what its images show: disagreements, stamps, rates, delays."""

import itertools
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.settings import setting
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.images import intrinsics_complaint
from diffpol_ros.estimation.health.stamps import StampWatch, fault_text

WINDOW = 100
SILENT_NS = to_ns(1.0)
SLOW = 0.8
MARGINS = (50, 100, 200, 400)
KEPT_MARGINS = 300


@dataclass(frozen=True)
class HealthSettings:
    """What is asked of every camera."""

    needs_camera_info: bool = setting(True, description="Use no image before its CameraInfo agreed with what is known")
    frozen_frames: int = setting(2, description="Refuse from the n-th equal image in a row on; 0: never", minimum=0)
    maximum_age: float = setting(2.0, description="Refuse images that arrive older [s]; 0: none", minimum=0.0)
    maximum_future: float = setting(0.1, description="Refuse images stamped later than now by more [s]", minimum=0.0)
    maximum_latency: float = setting(0.25, description="Warn where the median age is more [s]; 0: never", minimum=0.0)
    expected_rates: tuple[float, ...] = setting(
        (0.0,), description="Warn below 0.8 of this, for each camera or one for all [Hz]; 0: never", minimum=0.0
    )

    def __post_init__(self) -> None:
        """Refuse to call every image frozen."""
        if self.frozen_frames == 1:
            raise ValueError("frozen_frames is 1, and every image equals itself: expected 0 (never), or 2 and more")


@dataclass
class Durations:
    """The last durations of something that happens again and again, in [ms]."""

    recent: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def add(self, duration_ns: int) -> None:
        """Take one more, in [ns]."""
        self.recent.append(1e3 * to_seconds(duration_ns))

    @property
    def median_ms(self) -> float:
        """Return the median, nan before the first."""
        return float(np.median(self.recent)) if self.recent else float("nan")

    @property
    def worst_ms(self) -> float:
        """Return the longest, nan before the first."""
        return max(self.recent, default=float("nan"))


class CameraHealth:
    """Whether one camera's images may be used, and how they come.

    Exposures are in the stamps' clock, arrivals in a steady one, all in [ns].
    """

    def __init__(
        self, camera: CameraCalibration, settings: HealthSettings | None = None, expected_rate: float = 0.0
    ) -> None:
        """Watch `camera`, which should send `expected_rate` images a second (0: any)."""
        self.camera, self._expected_rate = camera, expected_rate
        self._settings = settings or HealthSettings()
        needs_info = self._settings.needs_camera_info
        self._info_complaint = f"no camera_info from camera {camera.name} yet" if needs_info else ""
        self._image_complaint = ""
        self._stamps = StampWatch(self._settings.maximum_age, self._settings.maximum_future)
        self._arrivals_ns: deque[int] = deque(maxlen=WINDOW)
        self._margins: deque[float] = deque(maxlen=KEPT_MARGINS)
        self._hamming: Counter[int] = Counter()
        self.counts: Counter[str] = Counter()
        self.latency, self.detection = Durations(), Durations()

    def take_info(self, width: int, height: int, matrix: tuple[float, ...], distortion: tuple[float, ...]) -> None:
        """Compare a driver's CameraInfo with the calibration."""
        complaint = intrinsics_complaint(self.camera, width, height, matrix, distortion)
        self._info_complaint = complaint and f"camera {self.camera.name}: camera_info disagrees: {complaint}"

    def arrive(self, stamp_ns: int, now_ns: int, steady_ns: int) -> bool:
        """Take note of an image exposed at `stamp_ns`; return whether it may be looked at."""
        if self._arrivals_ns and steady_ns < self._arrivals_ns[-1]:
            # A simulated world was set back.
            self._arrivals_ns.clear()
        self._arrivals_ns.append(steady_ns)
        self.counts["received"] += 1
        if self._info_complaint:
            self.counts["refused.camera_info"] += 1
            return False
        fault = self._stamps.check(stamp_ns, now_ns)
        if fault is None:
            return True
        self.counts[f"stamp.{fault.value}"] += 1
        if not fault.usable:
            self._image_complaint = f"camera {self.camera.name}: {fault_text(fault, stamp_ns, now_ns)}"
        return fault.usable

    def look(self, complaint: str, detections: Iterable[TagDetection] = ()) -> None:
        """Take note of what an image showed; `complaint` says why it could not be used."""
        self._image_complaint = complaint
        for found in detections:
            self._margins.append(found.margin)
            self._hamming[found.hamming] += 1

    @property
    def complaint(self) -> str:
        """Return why this camera cannot be used, or an empty text."""
        return self._info_complaint or self._image_complaint

    def warnings(self, steady_ns: int) -> list[str]:
        """Return what should be better."""
        name, rate, settings = self.camera.name, self.rate(steady_ns), self._settings
        if self.silent(steady_ns):
            return [] if self.complaint else [f"no images from camera {name}"]
        warnings = []
        if 0.0 < rate < SLOW * self._expected_rate:
            warnings.append(f"camera {name} sends {rate:.1f} images a second, expected {self._expected_rate:g}")
        if 0.0 < 1e3 * settings.maximum_latency < self.latency.median_ms:
            warnings.append(
                f"images of camera {name} are {self.latency.median_ms:.0f} ms old when they have been looked at, "
                f"more than {1e3 * settings.maximum_latency:.0f}"
            )
        return warnings

    def silent(self, steady_ns: int) -> bool:
        """Return whether no image came lately."""
        return not self._arrivals_ns or steady_ns - self._arrivals_ns[-1] > SILENT_NS

    def rate(self, steady_ns: int) -> float:
        """Return the images a second over the last ones; 0 where there is silence."""
        if self.silent(steady_ns) or len(self._arrivals_ns) < 2:
            return 0.0
        return (len(self._arrivals_ns) - 1) / to_seconds(max(1, self._arrivals_ns[-1] - self._arrivals_ns[0]))

    def values(self, steady_ns: int) -> dict[str, object]:
        """Return the figures for diagnostics."""
        name = self.camera.name
        return {
            f"rate_hz.{name}": self.rate(steady_ns),
            f"latency_ms.{name}": self.latency.median_ms,
            f"detection_ms.{name}": self.detection.median_ms,
            f"margins.{name}": histogram(self._margins),
            f"hamming.{name}": ", ".join(f"{bits}: {count}" for bits, count in sorted(self._hamming.items())),
            **{f"{what}.{name}": count for what, count in sorted(self.counts.items())},
        }


def histogram(margins: Iterable[float]) -> str:
    """Return how many of the last margins [grey levels] lie between which bounds."""
    counts, _ = np.histogram(list(margins), bins=[-np.inf, *MARGINS, np.inf])
    names = [f"<{MARGINS[0]}", *(f"{low}-{high}" for low, high in itertools.pairwise(MARGINS))]
    return ", ".join(f"{name}: {count}" for name, count in zip([*names, f">{MARGINS[-1]}"], counts, strict=True))

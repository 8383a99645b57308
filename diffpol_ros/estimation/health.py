"""What can be said about cameras and time apart from any image: disagreements, rates, delays, moved cameras."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from diffpol_ros.core.clock import to_ns, to_seconds
from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.images import intrinsics_complaint

WINDOW = 100
SILENT_NS = to_ns(1.0)


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
    """Whether one camera's images may be used, and how they come. Times are of a steady clock in [ns]."""

    def __init__(self, camera: CameraCalibration, needs_info: bool = True) -> None:
        """Watch `camera`; with `needs_info` no image is used before a CameraInfo agreed."""
        self.camera = camera
        self._info_complaint = f"no camera_info from camera {camera.name} yet" if needs_info else ""
        self._image_complaint = ""
        self._arrivals_ns: deque[int] = deque(maxlen=WINDOW)

    def take_info(self, width: int, height: int, matrix: tuple[float, ...], distortion: tuple[float, ...]) -> None:
        """Compare a driver's CameraInfo with the calibration."""
        complaint = intrinsics_complaint(self.camera, width, height, matrix, distortion)
        self._info_complaint = complaint and f"camera {self.camera.name}: camera_info disagrees: {complaint}"

    def take_image(self, now_ns: int, complaint: str = "") -> None:
        """Count an image; `complaint` says why it could not be used."""
        self._arrivals_ns.append(now_ns)
        self._image_complaint = complaint

    @property
    def usable(self) -> bool:
        """Return whether images of this camera may become estimates."""
        return not self._info_complaint

    @property
    def complaint(self) -> str:
        """Return what is wrong with this camera, or an empty text."""
        return self._info_complaint or self._image_complaint

    def silent(self, now_ns: int) -> bool:
        """Return whether no image came lately."""
        return not self._arrivals_ns or now_ns - self._arrivals_ns[-1] > SILENT_NS

    def rate(self, now_ns: int) -> float:
        """Return the images a second over the last ones; 0 where there is silence."""
        if self.silent(now_ns) or len(self._arrivals_ns) < 2:
            return 0.0
        return (len(self._arrivals_ns) - 1) / to_seconds(max(1, self._arrivals_ns[-1] - self._arrivals_ns[0]))


def displacement(known: Pose, measured: Pose) -> tuple[float, float]:
    """Return how far [m] and how much turned [rad] a thing is from where it should be."""
    turn = rotation_between(known.quaternion, measured.quaternion)
    return float(np.linalg.norm(measured.position - known.position)), float(np.linalg.norm(turn))

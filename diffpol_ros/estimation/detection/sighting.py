"""What one camera saw at one instant: the seam between detection, which runs beside others, and estimation."""

from dataclasses import dataclass, replace

from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.detector import Detector, TagDetection
from diffpol_ros.estimation.detection.images import GreyImage, check_image
from diffpol_ros.estimation.detection.pattern_bend import straightened


@dataclass(frozen=True, eq=False)
class Sighting:
    """The tags in one image of `camera`, exposed at `stamp_ns`; corners in pixels as they came."""

    camera: str
    stamp_ns: int
    detections: tuple[TagDetection, ...]


def sight(camera: CameraCalibration, detector: Detector, image: GreyImage, stamp_ns: int) -> Sighting:
    """Return what a grey image shows; cameras may be looked through at the same time, each with its own detector."""
    check_image(camera, image)
    return Sighting(camera.name, stamp_ns, tuple(_unbent(camera, tag) for tag in detector.detect(image)))


def _unbent(camera: CameraCalibration, tag: TagDetection) -> TagDetection:
    """Return a tag whose pattern was fitted as if it were flat, with its corners where the lens shows them."""
    fitted = tag.deviation_px is not None and any(camera.distortion)
    return replace(tag, corners=straightened(camera, tag.corners)) if fitted else tag

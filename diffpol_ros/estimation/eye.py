"""One camera of the stage with all that is its own."""

from dataclasses import dataclass

from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.detector import Detector
from diffpol_ros.estimation.health.camera_health import CameraHealth
from diffpol_ros.estimation.health.drift import Placement
from diffpol_ros.estimation.health.frozen import FrozenWatch
from diffpol_ros.estimation.health.landmarks import LandmarkWatch
from diffpol_ros.estimation.health.sight import CameraSight


@dataclass(frozen=True, eq=False)
class Eye:
    """One camera with all that is its own. `frozen` and `detector` belong to who looks, the rest to who absorbs."""

    calibration: CameraCalibration
    detector: Detector
    frozen: FrozenWatch
    health: CameraHealth
    landmarks: LandmarkWatch
    sight: CameraSight

    @property
    def out_of_place(self) -> bool:
        """Return whether the camera was moved since it was calibrated."""
        return self.landmarks.placement is Placement.MOVED

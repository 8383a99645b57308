"""All that is said about the stage apart from cameras and objects."""

from dataclasses import dataclass

from diffpol_ros.estimation.detection.detector import DetectorSettings
from diffpol_ros.estimation.fusion.settings import FusionSettings
from diffpol_ros.estimation.health.camera_health import HealthSettings
from diffpol_ros.estimation.health.drift import DriftSettings
from diffpol_ros.estimation.health.sight import SightSettings
from diffpol_ros.estimation.tracking.filter import FilterSettings
from diffpol_ros.estimation.tracking.grasp import GraspSettings

GROUPS = (
    DetectorSettings,
    FusionSettings,
    FilterSettings,
    GraspSettings,
    HealthSettings,
    DriftSettings,
    SightSettings,
)


@dataclass(frozen=True)
class StageSettings(
    DetectorSettings, FusionSettings, FilterSettings, GraspSettings, HealthSettings, DriftSettings, SightSettings
):
    """All that is said about the stage apart from cameras and objects."""

    def __post_init__(self) -> None:
        """Check each group of settings."""
        for group in GROUPS:
            check = getattr(group, "__post_init__", None)
            if check is not None:
                check(self)

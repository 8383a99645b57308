"""Opens the detector that the settings ask for."""

from diffpol_ros.estimation.detection.detector import Detector, DetectorSettings
from diffpol_ros.estimation.detection.opencv_detector import OpenCvSearch
from diffpol_ros.estimation.detection.pupil_detector import PupilSearch
from diffpol_ros.estimation.detection.refined_detector import RefinedDetector
from diffpol_ros.estimation.detection.region_detector import RegionDetector

SEARCHES = {"pupil": PupilSearch, "opencv": OpenCvSearch}


def open_detector(settings: DetectorSettings) -> Detector:
    """Return a detector for the images of one camera; with `regions` they must come in order."""
    search = SEARCHES[settings.library](settings)
    return RegionDetector(search, settings) if settings.regions else RefinedDetector(search, settings)

"""What calibration/ knows of the cameras and objects that turn up in a bag or a graph."""

import numpy as np

from diffpol_ros.core.errors import DiffpolError
from diffpol_ros.core.types import Array
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera, load_object

UNKNOWN_HALF_SIZE = 0.03


class Known:
    """Looks each name up once; what is not known is drawn without, and noted in `notes`."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.notes: list[str] = []
        self._boxes: dict[str, Array] = {}
        self._cameras: dict[str, CameraCalibration | None] = {}

    def half_size(self, name: str) -> Array:
        """Return half the edges (3,) [m] of the box on whose faces the object's tags lie."""
        if name not in self._boxes:
            self._boxes[name] = self._load_box(name)
        return self._boxes[name]

    def camera(self, name: str) -> CameraCalibration | None:
        """Return a camera's calibration; None where there is none, or its place is not known."""
        if name not in self._cameras:
            self._cameras[name] = self._load_camera(name)
        return self._cameras[name]

    def _load_box(self, name: str) -> Array:
        try:
            positions = np.array([tag.position for tag in load_object(name).tags])
        except DiffpolError as error:
            self.notes.append(f"object {name} is drawn as a cube of 60 mm: {error}")
            return np.full(3, UNKNOWN_HALF_SIZE)
        return np.maximum(np.abs(positions).max(axis=0), 1e-3)

    def _load_camera(self, name: str) -> CameraCalibration | None:
        try:
            return load_camera(name)
        except DiffpolError as error:
            self.notes.append(f"camera {name} is shown without its place and without overlays: {error}")
            return None

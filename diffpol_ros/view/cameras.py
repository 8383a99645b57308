"""Cameras: what they saw, where they are, the tags found in it, and what was believed when it was exposed."""

from bisect import bisect_right
from collections.abc import Sequence

import cv2
import numpy as np

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.spatial import compose
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.detector import Detector, DetectorSettings, TagDetection
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.replay.images import Pixels
from diffpol_ros.replay.overlay import CameraView, visible_faces
from diffpol_ros.replay.series import PoseSeries, Run
from diffpol_ros.view.canvas import Canvas
from diffpol_ros.view.chunks import TOOL
from diffpol_ros.view.known import Known

QUALITY = 85
TAG_COLOUR, OBJECT_COLOUR, CHUNK_COLOUR = (80, 255, 120), (255, 196, 48), (120, 220, 255)
FRESH_NS, SAME_NS = 1_000_000_000, 100_000_000
IMAGE_DISTANCE = 0.18
# Rerun's pixels begin at the corner of the first one, the project's at its centre.
CORNER = 0.5


class Cameras:
    """Draws images as they come; of the run it knows the estimates, the tool's way and the chunks."""

    def __init__(self, canvas: Canvas, known: Known, find_tags: bool) -> None:
        """find_tags: look for tags in every image that is shown."""
        self._canvas, self._known, self._find_tags = canvas, known, find_tags
        self._paths: dict[str, str] = {}
        self._detectors: dict[str, Detector] = {}

    def path(self, name: str) -> str:
        """Return where a camera is drawn: at the tool if it is mounted there."""
        camera = self._known.camera(name)
        return f"{TOOL if camera and camera.mount == 'end_effector' else 'world'}/cameras/{name}"

    def draw(self, name: str, stamp_ns: int, pixels: Pixels, run: Run) -> None:
        """Draw an image exposed at `stamp_ns` [ns] with what is found in it and what was believed then."""
        path, camera = self._place(name, pixels), self._known.camera(name)
        kinds = self._canvas.kinds
        drawn = kinds.EncodedImage(contents=jpeg(pixels), media_type="image/jpeg")
        self._canvas.at(f"{path}/image", stamp_ns, drawn)
        if self._find_tags:
            self._tags(path, stamp_ns, self._detect(name, pixels))
        view = None if camera is None else _view(camera, run.end_effector, stamp_ns)
        if view is not None:
            self._objects(path, stamp_ns, view, run)
            self._chunk(path, stamp_ns, view, run)

    def close(self) -> None:
        """Free the detectors."""
        while self._detectors:
            self._detectors.popitem()[1].close()

    def _place(self, name: str, pixels: Pixels) -> str:
        path = self._paths.get(name)
        if path is None:
            path = self._paths[name] = self.path(name)
            camera = self._known.camera(name)
            if camera is not None:
                self._pinhole(path, camera)
        return path

    def _pinhole(self, path: str, camera: CameraCalibration) -> None:
        kinds, pose = self._canvas.kinds, camera.pose.pose
        self._canvas.static(path, kinds.Transform3D(translation=pose.position, quaternion=pose.quaternion))
        matrix = camera.matrix + np.array([[0.0, 0.0, CORNER], [0.0, 0.0, CORNER], [0.0, 0.0, 0.0]])
        resolution = [camera.width, camera.height]
        eye = kinds.Pinhole(image_from_camera=matrix, resolution=resolution, image_plane_distance=IMAGE_DISTANCE)
        self._canvas.static(path, eye)

    def _detect(self, name: str, pixels: Pixels) -> Sequence[TagDetection]:
        if name not in self._detectors:
            # Shown images are too far apart for regions around the last one's tags.
            self._detectors[name] = open_detector(DetectorSettings(regions=False))
        return self._detectors[name].detect(np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), dtype=np.uint8))

    def _tags(self, path: str, stamp_ns: int, tags: Sequence[TagDetection]) -> None:
        outlines = [_closed(tag.corners) for tag in tags]
        names = [f"tag {tag.id}" for tag in tags]
        self._strips(f"{path}/tags", stamp_ns, outlines, TAG_COLOUR, 1.2, names)

    def _objects(self, path: str, stamp_ns: int, view: CameraView, run: Run) -> None:
        faces = []
        for name, series in run.estimates.items():
            pose = latest(series, stamp_ns, FRESH_NS)
            if pose is not None:
                faces += visible_faces(view, pose, self._known.half_size(name))
        self._strips(f"{path}/objects", stamp_ns, [_closed(face) for face in faces], OBJECT_COLOUR, 1.0)

    def _chunk(self, path: str, stamp_ns: int, view: CameraView, run: Run) -> None:
        count = bisect_right(run.chunks, stamp_ns, key=lambda chunk: chunk.published_ns)
        chunk = run.chunks[count - 1] if count else None
        ahead = chunk.positions[chunk.due_ns >= stamp_ns] if chunk else np.zeros((0, 3))
        strips = [view.project(ahead)] if len(ahead) > 1 else []
        self._strips(f"{path}/chunk", stamp_ns, strips, CHUNK_COLOUR, 1.0)

    def _strips(
        self,
        path: str,
        stamp_ns: int,
        strips: Sequence[Array],
        colour: tuple[int, int, int],
        radius: float,
        labels: Sequence[str] | None = None,
    ) -> None:
        shifted = [strip + CORNER for strip in strips]
        drawn = self._canvas.kinds.LineStrips2D(
            shifted, colors=colour, radii=radius, labels=labels or None, show_labels=False
        )
        self._canvas.at(path, stamp_ns, drawn)


def jpeg(pixels: Pixels) -> bytes:
    """Return an RGB image as JPEG."""
    done, data = cv2.imencode(".jpg", pixels[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not done:
        raise ResourceError(f"an image of shape {pixels.shape} cannot be written as JPEG")
    return data.tobytes()


def latest(series: PoseSeries, now_ns: int, oldest_ns: int) -> Pose | None:
    """Return the last pose of a series at `now_ns`; None where there is none, or it is older than `oldest_ns`."""
    index = int(np.searchsorted(series.stamps_ns, now_ns, side="right")) - 1
    if index < 0 or now_ns - series.stamps_ns[index] > oldest_ns:
        return None
    return Pose(series.positions[index], series.quaternions[index])


def _view(camera: CameraCalibration, tool: PoseSeries, stamp_ns: int) -> CameraView | None:
    pose = camera.pose.pose
    if camera.mount == "end_effector":
        hand = latest(tool, stamp_ns, SAME_NS)
        if hand is None:
            return None
        pose = compose(hand, pose)
    return CameraView(camera.name, camera.matrix, np.array(camera.distortion), pose)


def _closed(corners: Array) -> Array:
    return np.vstack([corners, corners[:1]])

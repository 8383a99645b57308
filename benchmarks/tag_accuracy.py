"""Where the block is, by tags in rendered images, against where it is: bare pupil-apriltags, mean of tags, ours."""

from collections.abc import Sequence

import cv2
import numpy as np
import pupil_apriltags

from diffpol_ros.core.spatial import compose, inverse, quaternion_from_matrix, rotation_between
from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera, load_object
from diffpol_ros.estimation.detector import FAMILY
from diffpol_ros.estimation.fusion import FusionSettings, average, fuse
from diffpol_ros.estimation.images import GreyImage
from diffpol_ros.estimation.projection import TagView, View
from diffpol_ros.estimation.pupil_detector import PupilDetector
from diffpol_ros.twin.camera import CameraRenderer, Imperfection
from diffpol_ros.twin.camera import View as Pinhole
from diffpol_ros.twin.simulation import Simulation

PLACES = 150
NOISE = 2.0
BLUR = 0.6
FLIP_DEG = 15.0
LIFTS = (0.03, 0.03, 0.12)


class Studio:
    """Both cameras over a block that is put somewhere else each time."""

    def __init__(self, cameras: Sequence[CameraCalibration]) -> None:
        """Open one renderer a camera."""
        self._simulation = Simulation()
        self._renderers = [self._renderer(camera) for camera in cameras]

    def _renderer(self, camera: CameraCalibration) -> CameraRenderer:
        size, focal = (camera.width, camera.height), (camera.fx, camera.fy)
        view = Pinhole(*size, *focal, camera.cx, camera.cy, camera.pose.pose)
        return CameraRenderer(self._simulation.model, view, Imperfection(BLUR, NOISE))

    def shoot(self, seed: int) -> tuple[Pose, list[GreyImage]]:
        """Return the block's pose in episode `seed`, every third time lifted, and what each camera sees."""
        self._simulation.reset(seed)
        qpos, first = self._simulation.qpos(), self._simulation.scene.block
        qpos[first + 2] = LIFTS[seed % len(LIFTS)]
        x, y, z, w, i, j, k = qpos[first : first + 7]
        pictures = [renderer.render(qpos) for renderer in self._renderers]
        grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.uint8) for picture in pictures]
        return Pose(np.array([x, y, z]), np.array([i, j, k, w])), grey

    def close(self) -> None:
        """Give the graphics back."""
        for renderer in self._renderers:
            renderer.close()


def bare_poses(detector: pupil_apriltags.Detector, camera: CameraCalibration, image: GreyImage) -> list[Pose]:
    """Return the block by each tag as the library alone gives it, in the base frame."""
    tags = {tag.id: tag for tag in load_object("block").tags}
    # The library counts pixels from the corner of the first, the calibration from its centre.
    intrinsics = (camera.fx, camera.fy, camera.cx + 0.5, camera.cy + 0.5)
    poses = []
    for seen in detector.detect(image, True, intrinsics, 0.048):  # type: ignore[attr-defined]
        if seen.tag_id in tags:
            in_camera = Pose(seen.pose_t.ravel(), quaternion_from_matrix(seen.pose_R))
            poses.append(compose(compose(camera.pose.pose, in_camera), inverse(tags[seen.tag_id].pose)))
    return poses


def view_of_block(detector: PupilDetector, camera: CameraCalibration, image: GreyImage) -> View:
    """Return the block's tags as our detector sees them."""
    tags = {tag.id: tag for tag in load_object("block").tags}
    found = [TagView(tags[seen.id], seen.corners) for seen in detector.detect(image) if seen.id in tags]
    return View(camera, tuple(found))


def deviation(measured: Pose, truth: Pose) -> tuple[float, float]:
    """Return the distance in [mm] and the angle in [deg]."""
    turn = np.linalg.norm(rotation_between(truth.quaternion, measured.quaternion))
    return 1e3 * float(np.linalg.norm(measured.position - truth.position)), float(np.degrees(turn))


def measure(places: int = PLACES) -> tuple[dict[str, list[tuple[float, float]]], dict[str, int]]:
    """Return the errors of each way, and how many images or pairs each was given."""
    cameras = [load_camera(name) for name in ("front", "side")]
    studio, ours = Studio(cameras), PupilDetector()
    bare = pupil_apriltags.Detector(families=FAMILY, quad_decimate=1.0)
    errors: dict[str, list[tuple[float, float]]] = {name: [] for name in WAYS}
    for seed in range(places):
        truth, images = studio.shoot(seed)
        views = []
        for camera, image in zip(cameras, images, strict=True):
            alone = bare_poses(bare, camera, image)
            errors[WAYS[0]] += [deviation(pose, truth) for pose in alone[:1]]
            errors[WAYS[1]] += [deviation(average(alone), truth)] if alone else []
            views.append(view_of_block(ours, camera, image))
            errors[WAYS[2]] += _fused(views[-1:], truth)
        errors[WAYS[3]] += _fused(views, truth)
    studio.close()
    ours.close()
    return errors, {name: places if name == WAYS[3] else 2 * places for name in WAYS}


def _fused(views: Sequence[View], truth: Pose) -> list[tuple[float, float]]:
    measured = fuse(views, None, FusionSettings())
    return [] if measured is None or measured.ambiguous else [deviation(measured.pose, truth)]


WAYS = ("pupil-apriltags, first tag", "pupil-apriltags, mean of tags", "ours, one camera", "ours, two cameras")


def main() -> None:
    """Print the table."""
    errors, chances = measure()
    print(f"block of 60 mm with 48 mm tags at 0.5 to 0.8 m, 640x480, blur {BLUR} px, noise {NOISE}, {PLACES} places")
    print(f"  {'':32}{'mm median / p95':>18}{'deg median / p95':>20}{'flipped':>10}{'found':>8}")
    for name, found in errors.items():
        distances, angles = np.array(found).T
        near, far = np.percentile(distances, [50, 95])
        small, large = np.percentile(angles, [50, 95])
        flipped, share = np.mean(angles > FLIP_DEG), len(found) / chances[name]
        print(f"  {name:32}{near:9.2f} / {far:6.2f}{small:11.2f} / {large:6.2f}{flipped:10.1%}{share:8.1%}")


if __name__ == "__main__":
    main()

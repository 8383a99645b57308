"""One camera image to object poses, against the bare pupil-apriltags detector on the same images."""

import itertools

import cv2
import numpy as np
import pupil_apriltags
from numpy.typing import NDArray

from benchmarks.timing import interleaved, print_table
from diffpol_ros.estimation.calibration import CameraCalibration, load_camera, load_object
from diffpol_ros.estimation.detector import FAMILY
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.pupil_detector import PupilDetector
from diffpol_ros.estimation.sighting import sight
from diffpol_ros.twin.camera import CameraRenderer, Imperfection, View
from diffpol_ros.twin.simulation import Simulation

IMAGES = 30
NOISE = 2.0
BLUR = 0.6
PERIOD_NS = 66_666_667


def render_images(camera: CameraCalibration, count: int) -> list[NDArray[np.uint8]]:
    """Return grey images of the block in `count` random places, as a real camera would blur and disturb them."""
    simulation = Simulation()
    view = View(camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy, camera.pose.pose)
    renderer = CameraRenderer(simulation.model, view, Imperfection(BLUR, NOISE))
    images = []
    for seed in range(count):
        simulation.reset(seed)
        images.append(np.asarray(cv2.cvtColor(renderer.render(simulation.qpos()), cv2.COLOR_RGB2GRAY), dtype=np.uint8))
    renderer.close()
    return images


def main() -> None:
    """Print the cost of an image."""
    camera = load_camera("front")
    images = render_images(camera, IMAGES)
    bare = pupil_apriltags.Detector(families=FAMILY, nthreads=1, quad_decimate=1.0)
    blurred = pupil_apriltags.Detector(families=FAMILY, nthreads=1, quad_decimate=1.0, quad_sigma=0.8)
    ours = PupilDetector()
    estimator = Estimator([camera], [load_object("block"), load_object("base")])
    frames = {name: itertools.cycle(images) for name in ("bare", "blurred", "ours")}
    stamps = iter(range(0, 10**18, PERIOD_NS))
    times = interleaved(
        {
            "pupil-apriltags, as it comes (decimate 1)": lambda: bare.detect(next(frames["bare"])),
            "pupil-apriltags with our blur": lambda: blurred.detect(next(frames["blurred"])),
            "ours: detection, fusion, filter": lambda: estimator.absorb(
                sight(camera, ours, next(frames["ours"]), next(stamps))
            ),
        },
        rounds=3 * IMAGES,
    )
    print_table(f"image to object poses, {camera.width}x{camera.height}, blur {BLUR} px, noise {NOISE}", times)
    ours.close()


if __name__ == "__main__":
    main()

"""One camera image to object poses, stage by stage, against bare pupil-apriltags; the tags each finds beside it."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.estimation.calibration import CameraCalibration, load_camera, load_object
from diffpol_ros.estimation.detection.detector import Detector, DetectorSettings
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.pupil_detector import PupilSearch
from diffpol_ros.estimation.detection.sighting import sight
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.fusion.tag_pose import poses_of_tags
from diffpol_ros.twin.camera import CameraRenderer, Imperfection, View
from diffpol_ros.twin.simulation import Simulation

EPISODES, STEPS = 3, 10
BLUR, NOISE = 0.6, 2.0
STEP = 0.004
PERIOD_NS = 66_666_667
IMAGES_PER_SECOND = 2 * 15
Image = NDArray[np.uint8]
SETTINGS = DetectorSettings()
WAYS: dict[str, DetectorSettings] = {
    f"{library}, {where}, {refine}": replace(SETTINGS, library=library, regions=where == "regions", refine=refine)
    for library in ("pupil", "opencv")
    for where in ("whole", "regions")
    for refine in ("none", "edges", "pattern")
}


def sized(camera: CameraCalibration, width: int, height: int) -> CameraCalibration:
    """Return a camera in the same place with another number of pixels."""
    scale = width / camera.width
    return replace(
        camera,
        width=width,
        height=height,
        fx=scale * camera.fx,
        fy=scale * camera.fy,
        cx=0.5 * (width - 1),
        cy=0.5 * (height - 1),
    )


def render_images(camera: CameraCalibration, noise: float) -> list[Image]:
    """Return grey images of a block that is carried along, from some places, as a real camera would blur them."""
    simulation = Simulation()
    view = View(camera.width, camera.height, camera.fx, camera.fy, camera.cx, camera.cy, camera.pose.pose)
    renderer = CameraRenderer(simulation.model, view, Imperfection(BLUR, noise))
    images = []
    for seed in range(EPISODES):
        simulation.reset(seed)
        qpos, first = simulation.qpos(), simulation.scene.block
        for _ in range(STEPS):
            qpos[first : first + 3] += STEP * np.array([np.cos(seed), np.sin(seed), 0.5])
            images.append(np.asarray(cv2.cvtColor(renderer.render(qpos), cv2.COLOR_RGB2GRAY), dtype=np.uint8))
    renderer.close()
    return images


class Rival:
    """One way through all images; its CPU time of each [s], and how many tags it found."""

    def __init__(self, look: Callable[[Image], int]) -> None:
        """Measure `look`, which returns the number of tags."""
        self._look = look
        self.times: list[float] = []
        self.tags = 0

    def take(self, image: Image) -> None:
        """Look at one image."""
        began = time.thread_time()
        self.tags += self._look(image)
        self.times.append(time.thread_time() - began)


def rivals(camera: CameraCalibration, detectors: Mapping[str, Detector]) -> dict[str, Rival]:
    """Return every way, the reference first."""
    bare = PupilSearch(replace(SETTINGS, decimate=1.0, sigma_px=0.0))
    estimator = Estimator([camera], [load_object("block"), load_object("base")])
    follower, eyes = open_detector(SETTINGS), open_detector(SETTINGS)
    stamps = iter(range(0, 10**18, PERIOD_NS))

    def whole_stage(image: Image) -> int:
        sighting = sight(camera, follower, image, next(stamps))
        estimator.absorb(sighting)
        return len(sighting.detections)

    def poses(image: Image) -> int:
        corners = np.array([one.corners for one in eyes.detect(image)]).reshape(-1, 4, 2)
        return len(poses_of_tags(camera, corners, [0.048] * len(corners)))

    ways: dict[str, Callable[[Image], int]] = {"pupil-apriltags, as it comes": lambda image: len(bare.find(image))}
    ways |= {name: (lambda image, one=one: len(one.detect(image))) for name, one in detectors.items()}
    ways |= {"default and single tag poses": poses, "default, fusion, filter": whole_stage}
    return {name: Rival(way) for name, way in ways.items()}


def measure(camera: CameraCalibration, images: Sequence[Image]) -> dict[str, Rival]:
    """Return every way after all images, one image of each in turn."""
    detectors = {name: open_detector(settings) for name, settings in WAYS.items()}
    ways = rivals(camera, detectors)
    for image in images:
        for way in ways.values():
            way.take(image)
    for detector in detectors.values():
        detector.close()
    return ways


def print_ways(title: str, ways: Mapping[str, Rival]) -> None:
    """Print the mean CPU time an image, its ratio to the first way's, tags found, and the load of two cameras."""
    reference = float(np.mean(next(iter(ways.values())).times))
    print(f"\n{title}\n  {'CPU time of an image':32}{'mean':>9}{'p99':>9}{'ratio':>7}{'tags':>7}{'2 x 15 Hz':>11}")
    for name, way in ways.items():
        mean, late = float(np.mean(way.times)), float(np.percentile(way.times, 99))
        load = mean * IMAGES_PER_SECOND
        print(
            f"  {name:32}{1e3 * mean:6.2f} ms{1e3 * late:6.1f} ms{mean / reference:7.2f}{way.tags:7d}{load:7.0%} core"
        )


def print_threads(images: Sequence[Image]) -> None:
    """Print the wall time of two cameras' images, one camera after the other and in threads."""
    pair = [open_detector(SETTINGS), open_detector(SETTINGS)]

    def watch(detector: Detector) -> None:
        for image in images:
            detector.detect(image)

    began = time.perf_counter()
    for detector in pair:
        watch(detector)
    middle = time.perf_counter()
    with ThreadPoolExecutor(len(pair)) as pool:
        list(pool.map(watch, pair))
    ended = time.perf_counter()
    for detector in pair:
        detector.close()
    alone, together = (1e3 * span / len(images) for span in (middle - began, ended - middle))
    print(f"  two cameras, wall time of an image of each: in turn {alone:.1f} ms, in threads {together:.1f} ms")


def main() -> None:
    """Print the cost of an image, noisy and smooth, small and large."""
    cv2.setNumThreads(1)
    for width, height in ((640, 480), (1280, 720)):
        camera = sized(load_camera("front"), width, height)
        for noise in (NOISE, 0.0):
            images = render_images(camera, noise)
            ways = measure(camera, images)
            print_ways(f"{width}x{height}, blur {BLUR} px, noise {noise}, a moving block", ways)
            print_threads(images)


if __name__ == "__main__":
    main()

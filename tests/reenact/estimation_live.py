"""A short live run of the estimation stage with its journal, and its images as a bag would have them."""

import threading
from dataclasses import replace

import numpy as np

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.journal.reading import Recorded, read_journals
from diffpol_ros.core.journal.writing import Journal
from diffpol_ros.core.types import ObjectEstimate, Pose
from diffpol_ros.estimation.calls import Calls
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.images import checksum
from diffpol_ros.estimation.journaled import STAGE, Journaled, codec, errors, setup_of
from diffpol_ros.estimation.look import Frame
from diffpol_ros.estimation.workers import Workers
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, draw
from tests.estimation.stages import SETTINGS, at, stage

DEADLINE_S = 20.0
REST = block_pose(np.random.default_rng(3))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else REST
CAMERAS = {"front": FRONT, "side": SIDE}
TOLD = replace(SETTINGS, needs_camera_info=True)


class Album:
    """The images of one camera, those of `missing` stamps left out."""

    def __init__(self) -> None:
        self.frames: dict[int, Frame] = {}

    def find(self, exposed_ns: int, known: int) -> Frame | None:
        frame = self.frames.get(exposed_ns)
        return frame if frame is not None and checksum(frame.pixels) == known else None

    def misdated(self, exposed_ns: int, known: int) -> int | None:
        same = (stamp for stamp, frame in self.frames.items() if checksum(frame.pixels) == known)
        return next((stamp for stamp in same if stamp != exposed_ns), None)

    def altered(self, exposed_ns: int) -> bool:
        return exposed_ns in self.frames

    def lossy(self, exposed_ns: int) -> bool:
        return False


class LiveEstimation:
    """Two cameras see a block that is lifted: some frames are late, one is frozen, one of another size."""

    def __init__(self, frames: int = 7) -> None:
        self.albums = {name: Album() for name in CAMERAS}
        self._clock, self._done = ManualClock(at(0.0)), threading.Semaphore(0)
        self._stage = stage(open_detector, TOLD)
        journal = Journal(codec(), errors(), self._clock)
        workers = Workers(self._stage, self._clock, self._done.release, journal)
        self._calls = Journaled(Calls(self._stage, workers), journal)
        self.texts = [journal.begin(STAGE, setup_of((FRONT, SIDE), (BLOCK,), (BASE,), TOLD), {"numpy": "1"})]
        self.estimates: list[ObjectEstimate] = []
        self._run(frames)
        self.texts += journal.take()
        workers.close()
        self._stage.close()

    @property
    def recorded(self) -> Recorded:
        (recorded,) = read_journals(self.texts)
        return recorded

    def _run(self, frames: int) -> None:
        for name, camera in CAMERAS.items():
            self._calls.info(name, camera.width, camera.height, tuple(camera.matrix.ravel().tolist()), (0.0,) * 5)
        for number in range(frames):
            for name in CAMERAS:
                self._show(name, 0.1 * (number + 1), number)
            now_ns = at(0.1 * (number + 1) + 0.05)
            self._calls.status(now_ns, now_ns)
            if number == frames // 2:
                self._calls.reset()
        self._calls.refuse("front", at(9.0), "camera front: no image", at(9.01))

    def _show(self, name: str, time_s: float, number: int) -> None:
        lifted = Pose(REST.position + np.array([0.0, 0.0, 0.05 * time_s]), REST.quaternion)
        picture = draw(CAMERAS[name], [(BASE, FIXED), (BLOCK, lifted)], number)
        stamp_ns = at(time_s - (0.13 if name == "side" and number == 4 else 0.0))
        frame = Frame(name, stamp_ns, picture)
        self.albums[name].frames[stamp_ns] = frame
        self._clock.set(at(time_s + 0.02))
        if self._calls.offer(frame, at(time_s + 0.02)):
            assert self._done.acquire(timeout=DEADLINE_S)
            self._clock.set(at(time_s + 0.03))
            self.estimates += self._calls.collect(at(time_s + 0.03))

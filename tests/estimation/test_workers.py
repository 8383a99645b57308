"""Cameras are looked through beside each other: the newest frame counts, and no thread and no error is lost."""

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from diffpol_ros.core.clock import ManualClock
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.detection.detector import TagDetection
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.workers import Job, Mailbox, Workers
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, detections, draw, exact_view
from tests.estimation.stages import Scripted, at, blank, frame, stage

DEADLINE_S = 20.0
TRUTH = block_pose(np.random.default_rng(0))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else TRUTH
SEEN = [detections(exact_view(camera, BLOCK, TRUTH)) for camera in (FRONT, SIDE)]


class Slow(Scripted):
    """A detector that waits in `detect` until it is let on."""

    def __init__(self) -> None:
        super().__init__(SEEN)
        self.entered, self.go_on = threading.Semaphore(0), threading.Semaphore(0)

    def detect(self, image: GreyImage) -> list[TagDetection]:
        self.entered.release()
        assert self.go_on.acquire(timeout=DEADLINE_S)
        return super().detect(image)


class Broken(Scripted):
    def detect(self, image: GreyImage) -> list[TagDetection]:
        raise ZeroDivisionError("a mistake of ours")


class Live:
    """A stage with workers; the detectors are those of front and side."""

    def __init__(self, front: Scripted, side: Scripted) -> None:
        self.detectors = {"front": front, "side": side}
        waiting = list(self.detectors.values())
        self.stage = stage(lambda settings: waiting.pop(0))
        self.done = threading.Semaphore(0)
        self.workers = Workers(self.stage, ManualClock(), self.done.release)

    def offer(self, seconds: float, number: int, camera: str = "front") -> None:
        self.workers.offer(frame(seconds, blank(number), camera), at(seconds))

    def collect(self, count: int = 1) -> list[ObjectEstimate]:
        """Wait until `count` looks are done, and return what they measured."""
        for _ in range(count):
            assert self.done.acquire(timeout=DEADLINE_S)
        return self.workers.collect(at(1.0))

    def close(self) -> None:
        for detector in self.detectors.values():
            if isinstance(detector, Slow):
                detector.go_on.release(100)
        self.workers.close()


@pytest.fixture
def slow() -> Iterator[Live]:
    live = Live(Slow(), Slow())
    yield live
    live.close()


def detector_of(live: Live, camera: str) -> Slow:
    detector = live.detectors[camera]
    assert isinstance(detector, Slow)
    return detector


def entered(live: Live, camera: str) -> None:
    assert detector_of(live, camera).entered.acquire(timeout=DEADLINE_S)


def test_a_look_becomes_an_estimate_where_it_is_collected() -> None:
    live = Live(Scripted(SEEN), Scripted(SEEN))
    live.offer(0.0, 0)
    (estimate,) = live.collect()
    live.close()
    assert (estimate.name, estimate.stamp_ns) == ("block", at(0.0))


def test_cameras_are_looked_through_beside_each_other(slow: Live) -> None:
    slow.offer(0.0, 0, "front")
    slow.offer(0.0, 1, "side")
    entered(slow, "front")
    entered(slow, "side")
    assert slow.workers.collect(at(0.0)) == []


def test_only_the_newest_frame_waits_and_the_others_are_counted(slow: Live) -> None:
    slow.offer(0.0, 0)
    entered(slow, "front")
    for i in (1, 2, 3):
        slow.offer(0.1 * i, 0)
    detector_of(slow, "front").go_on.release(2)
    stamps = [estimate.stamp_ns for estimate in slow.collect(2)]
    assert stamps == [at(0.0), at(0.1 * 3)]
    assert slow.stage.eyes["front"].health.counts["dropped"] == 2


def test_looks_are_absorbed_in_the_order_of_completion(slow: Live) -> None:
    slow.offer(0.0, 0, "front")
    slow.offer(0.001, 1, "side")
    detector_of(slow, "side").go_on.release()
    assert [estimate.stamp_ns for estimate in slow.collect()] == [at(0.001)]
    detector_of(slow, "front").go_on.release()
    assert [estimate.stamp_ns for estimate in slow.collect()] in ([], [at(0.001)])


def test_what_was_offered_before_a_reset_is_not_estimated_after_it(slow: Live) -> None:
    slow.offer(0.0, 0)
    entered(slow, "front")
    slow.workers.reset()
    detector_of(slow, "front").go_on.release(2)
    assert slow.collect() == []
    slow.offer(0.1, 0)
    assert [estimate.stamp_ns for estimate in slow.collect()] == [at(0.1)]


def test_an_error_of_a_worker_is_raised_where_it_is_collected_and_the_camera_goes_on() -> None:
    live = Live(Broken(), Scripted(SEEN))
    live.offer(0.0, 0, "front")
    with pytest.raises(ZeroDivisionError, match="a mistake of ours"):
        live.collect()
    live.offer(0.0, 1, "side")
    assert len(live.collect()) == 1
    live.close()


def test_a_bad_picture_is_a_complaint_and_no_error() -> None:
    live = Live(Scripted(SEEN), Scripted(SEEN))
    live.workers.offer(frame(0.0, blank(0)[:100]), at(0.0))
    assert live.collect() == []
    assert "image is 640x100" in live.stage.eyes["front"].health.complaint
    live.close()


def test_closing_leaves_no_thread_behind_even_in_the_middle_of_a_look() -> None:
    before = set(threading.enumerate())
    live = Live(Slow(), Slow())
    assert len(set(threading.enumerate()) - before) == 2
    live.offer(0.0, 0)
    entered(live, "front")
    live.close()
    live.close()
    assert set(threading.enumerate()) - before == set()


def test_a_mailbox_keeps_the_newest_and_closes() -> None:
    box, jobs = Mailbox(), [Job(frame(0.1 * i, blank(i)), 0) for i in range(3)]
    assert [box.put(job) for job in jobs] == [False, True, True]
    assert box.take() is jobs[2]
    assert not box.put(jobs[0])
    box.close()
    assert box.take() is None


def test_real_detectors_in_threads_find_what_they_find_alone() -> None:
    pictures = {camera.name: draw(camera, [(BASE, FIXED), (BLOCK, TRUTH)]) for camera in (FRONT, SIDE)}
    alone, beside, done = stage(open_detector), stage(open_detector), threading.Semaphore(0)
    workers = Workers(beside, ManualClock(), done.release)
    expected = [
        estimate.pose.position.tobytes()
        for camera, picture in pictures.items()
        for estimate in alone.absorb(alone.sight(frame(0.0, picture, camera)), at(0.0))
    ]
    found = []
    for camera, picture in pictures.items():
        workers.offer(frame(0.0, picture, camera), at(0.0))
        assert done.acquire(timeout=DEADLINE_S)
        found += [estimate.pose.position.tobytes() for estimate in workers.collect(at(0.0))]
    workers.close()
    for one in (alone, beside):
        one.close()
    assert found == expected
    assert len(found) == 2

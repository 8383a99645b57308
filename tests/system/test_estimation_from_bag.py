"""A recorded bag goes through the pure core without ROS, and gives bit for bit what was published live."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diffpol_ros.core.clock import ManualClock, to_ns
from diffpol_ros.core.types import ObjectEstimate, Pose
from diffpol_ros.estimation.calibration import CameraCalibration
from diffpol_ros.estimation.detection.detectors import open_detector
from diffpol_ros.estimation.detection.images import GreyImage
from diffpol_ros.estimation.stage import EstimationStage, Frame
from diffpol_ros.estimation.summary import summarize
from diffpol_ros.estimation.workers import Workers
from diffpol_ros.replay.bag_reader import BagReader, Record, stamp_ns
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode
from tests.estimation.scenes import BASE, BLOCK, FRONT, SIDE, block_pose, draw, error
from tests.estimation.stages import at, stage
from tests.replay.synthetic import header, make
from tests.replay.synthetic import pose as pose_message

POSES = "geometry_msgs/msg/PoseWithCovarianceStamped"
TYPES = {
    "camera_info": "sensor_msgs/msg/CameraInfo",
    "image_raw": "sensor_msgs/msg/Image",
    "/objects/block/pose": POSES,
}
CAMERAS = {"front": FRONT, "side": SIDE}
REST = block_pose(np.random.default_rng(3))
FIXED = BASE.fixed_pose.pose if BASE.fixed_pose else REST
DEADLINE_S = 20.0
# Camera, exposure and arrival [s]: side by side, then one late, one twice, one out of order, one far too late.
FRAMES = [
    *((camera, time_s, time_s + 0.03) for time_s in (0.1, 0.2, 0.3, 0.4) for camera in CAMERAS),
    ("front", 0.5, 0.53),
    ("front", 0.6, 0.63),
    ("side", 0.5, 0.64),
    ("front", 0.6, 0.65),
    ("front", 0.55, 0.66),
    ("side", 0.05, 0.67),
    ("front", 0.7, 0.73),
]


def truth(time_s: float) -> Pose:
    """Return where the block is: it is lifted."""
    return Pose(REST.position + np.array([0.0, 0.0, 0.05 * time_s]), REST.quaternion)


def info(camera: CameraCalibration) -> Any:
    roi = make("sensor_msgs/msg/RegionOfInterest", x_offset=0, y_offset=0, height=0, width=0, do_rectify=False)
    return make(
        TYPES["camera_info"],
        header=header(at(0.0), camera.frame),
        height=camera.height,
        width=camera.width,
        distortion_model="plumb_bob",
        d=np.zeros(5),
        k=camera.matrix.reshape(9),
        r=np.eye(3).reshape(9),
        p=np.zeros(12),
        binning_x=0,
        binning_y=0,
        roi=roi,
    )


def image(camera: CameraCalibration, stamp: int, picture: GreyImage) -> Any:
    height, width = picture.shape
    kind, data = TYPES["image_raw"], picture.reshape(-1)
    about = {"height": height, "width": width, "encoding": "mono8", "is_bigendian": 0, "step": width}
    return make(kind, header=header(stamp, camera.frame), data=data, **about)


def published(estimate: ObjectEstimate) -> Any:
    pose = pose_message(estimate.pose.position, estimate.pose.quaternion)
    known = make("geometry_msgs/msg/PoseWithCovariance", pose=pose, covariance=estimate.covariance.reshape(36))
    return make(POSES, header=header(estimate.stamp_ns), pose=known)


class Live:
    """The path of the node: workers look, what they found is published; all of it is recorded."""

    def __init__(self, folder: Path) -> None:
        self.stage, self._done = stage(open_detector, needs_camera_info=True), threading.Semaphore(0)
        self._workers = Workers(self.stage, ManualClock(), self._done.release)
        self._bag, self._topics = BagWriter(folder), {}

    def run(self) -> None:
        for name, camera in CAMERAS.items():
            self.stage.take_info(name, camera.width, camera.height, tuple(camera.matrix.ravel()), (0.0,) * 5)
            self._record(f"/camera/{name}/camera_info", at(0.0), info(camera))
        for seed, (name, time_s, arrival_s) in enumerate(FRAMES):
            picture = draw(CAMERAS[name], [(BASE, FIXED), (BLOCK, truth(time_s))], seed)
            self._record(f"/camera/{name}/image_raw", at(arrival_s), image(CAMERAS[name], at(time_s), picture))
            for estimate in self._look(Frame(name, at(time_s), picture), at(arrival_s)):
                self._record("/objects/block/pose", at(arrival_s), published(estimate))

    def _look(self, frame: Frame, now_ns: int) -> list[ObjectEstimate]:
        if not self._workers.offer(frame, now_ns):
            return []
        assert self._done.acquire(timeout=DEADLINE_S)
        return self._workers.collect(now_ns)

    def _record(self, topic: str, log_ns: int, message: Any) -> None:
        kind = TYPES.get(topic) or TYPES[topic.rsplit("/", 1)[1]]
        if topic not in self._topics:
            self._topics[topic] = self._bag.add_topic(topic, kind)
        self._bag.write(self._topics[topic], log_ns, log_ns, encode(message, kind))

    def close(self) -> None:
        self._workers.close()
        self.stage.close()
        self._bag.close()


def replay(bag: BagReader, core: EstimationStage) -> Iterator[ObjectEstimate]:
    """Yield what the core makes of a bag's cameras, at the times when it received their images."""
    for record in bag.records():
        parts = record.topic.split("/")
        if parts[-1] == "camera_info":
            told = record.message
            core.take_info(parts[2], told.width, told.height, tuple(told.k), tuple(told.d))
        elif parts[-1] == "image_raw":
            yield from _absorb(core, parts[2], record)


def _absorb(core: EstimationStage, camera: str, record: Record) -> list[ObjectEstimate]:
    message = record.message
    frame = Frame(camera, stamp_ns(message), message.data.reshape(message.height, message.width), message.encoding)
    if not core.arrive(camera, frame.stamp_ns, record.log_ns, record.log_ns):
        return []
    return core.absorb(core.sight(frame), record.log_ns)


def bits(estimate: ObjectEstimate) -> tuple[int, bytes, bytes, bytes]:
    pose = estimate.pose
    return estimate.stamp_ns, pose.position.tobytes(), pose.quaternion.tobytes(), estimate.covariance.tobytes()


def recorded_bits(record: Record) -> tuple[int, bytes, bytes, bytes]:
    message, pose = record.message, record.message.pose.pose
    position = np.array([pose.position.x, pose.position.y, pose.position.z])
    turn = pose.orientation
    quaternion = np.array([turn.x, turn.y, turn.z, turn.w])
    return stamp_ns(message), position.tobytes(), quaternion.tobytes(), message.pose.covariance.tobytes()


@pytest.fixture(scope="module")
def bag(tmp_path_factory: pytest.TempPathFactory) -> BagReader:
    """Give a bag of the cameras and of what was published live."""
    folder = tmp_path_factory.mktemp("bags") / "run"
    live = Live(folder)
    live.run()
    live.close()
    return BagReader(folder)


@pytest.fixture
def core() -> Iterator[EstimationStage]:
    core = stage(open_detector, needs_camera_info=True)
    yield core
    core.close()


def test_a_replay_gives_the_bits_that_were_published_live(bag: BagReader, core: EstimationStage) -> None:
    replayed = [bits(estimate) for estimate in replay(bag, core)]
    assert replayed == [recorded_bits(record) for record in bag.records(["/objects/block/pose"])]
    assert len(replayed) >= 11


def test_two_replays_give_the_same_bits(bag: BagReader, core: EstimationStage) -> None:
    other = stage(open_detector, needs_camera_info=True)
    assert list(map(bits, replay(bag, core))) == list(map(bits, replay(bag, other)))
    other.close()


def test_the_replayed_estimates_are_where_the_block_was(bag: BagReader, core: EstimationStage) -> None:
    for estimate in replay(bag, core):
        shift_mm, _ = error(estimate.pose, truth(1e-9 * (estimate.stamp_ns - at(0.0))))
        assert shift_mm < 4.0


def test_late_repeated_and_hopeless_frames_are_counted(bag: BagReader, core: EstimationStage) -> None:
    estimates = list(replay(bag, core))
    stamps = [estimate.stamp_ns for estimate in estimates]
    assert stamps == sorted(stamps)
    values = summarize(core, at(0.75), at(0.75)).values
    assert values["stamp.late.front"] == 1
    assert values["stamp.late.side"] == 1
    assert values["received.front"] == sum(camera == "front" for camera, _, _ in FRAMES)
    assert values["age_s.block"] == pytest.approx(0.05, abs=to_ns(1e-9))

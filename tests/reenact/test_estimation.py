"""Estimation of a whole bag: with its images, without them, with another calibration, and of a bag that was edited."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.core.errors import ResourceError
from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.core.settings_text import settings_text
from diffpol_ros.core.types import ObjectEstimate
from diffpol_ros.estimation.look import Frame
from diffpol_ros.estimation.pose_settings import PoseSettings
from diffpol_ros.reenact.estimation import replay_estimation
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.result import ReplayError, StageResult
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.images import image_as_sent
from diffpol_ros.replay.schemas import encode
from tests.estimation.scenes import FRONT
from tests.reenact.bridge_bag import text_message
from tests.reenact.estimation_live import CAMERAS, LiveEstimation
from tests.replay.bags import write_packed
from tests.replay.synthetic import header, make
from tests.replay.synthetic import pose as pose_message

JOURNAL, IMAGE, POSE = "std_msgs/msg/String", "sensor_msgs/msg/Image", "geometry_msgs/msg/PoseWithCovarianceStamped"
TOPIC = "/camera/front/image_raw"


def image_message(frame: Frame) -> bytes:
    height, width = frame.pixels.shape
    about = {"height": height, "width": width, "encoding": "mono8", "is_bigendian": 0, "step": width}
    return encode(make(IMAGE, header=header(frame.stamp_ns), data=frame.pixels.reshape(-1), **about), IMAGE)


def estimate_message(estimate: ObjectEstimate) -> bytes:
    pose = pose_message(estimate.pose.position, estimate.pose.quaternion)
    known = make("geometry_msgs/msg/PoseWithCovariance", pose=pose, covariance=estimate.covariance.reshape(36))
    return encode(make(POSE, header=header(estimate.stamp_ns), pose=known), POSE)


def written(
    folder: Path,
    live: LiveEstimation,
    estimates: Iterable[ObjectEstimate] | None = None,
    texts: list[str] | None = None,
    cameras: Iterable[str] = CAMERAS,
) -> Path:
    """Write a bag of the live run, so changed."""
    with BagWriter(folder) as writer:
        journal = writer.add_topic("/estimation/journal", JOURNAL)
        poses = writer.add_topic("/objects/block/pose", POSE)
        for text in texts or live.texts:
            writer.write(journal, 1, 1, text_message(text))
        for name in cameras:
            topic = writer.add_topic(f"/camera/{name}/image_raw", IMAGE)
            for frame in live.albums[name].frames.values():
                writer.write(topic, frame.stamp_ns, frame.stamp_ns, image_message(frame))
        for estimate in estimates or live.estimates:
            writer.write(poses, estimate.stamp_ns, estimate.stamp_ns, estimate_message(estimate))
    return folder


def replayed(
    folder: Path,
    live: LiveEstimation,
    estimates: Iterable[ObjectEstimate] | None = None,
    texts: list[str] | None = None,
    cameras: Iterable[str] = CAMERAS,
    options: ReplayOptions | None = None,
) -> StageResult:
    """Write a bag of the live run, so changed, and run it again."""
    return replay_estimation(written(folder, live, estimates, texts, cameras), options or ReplayOptions())


def moved_camera(folder: Path) -> Path:
    """Calibrate the front camera 0.1 mm farther along x in `folder`; return it."""
    x, y, z = FRONT.pose.position
    moved = replace(FRONT, pose=PoseSettings((x + 1e-4, y, z), FRONT.pose.quaternion), sha256="")
    (folder / "cameras").mkdir(parents=True)
    (folder / "cameras" / "front.yaml").write_text(settings_text(moved))
    return folder


def changes(result: StageResult) -> dict[str, float]:
    return {change.name: change.value for change in result.changes}


def test_all_of_a_bag_is_estimated_again_to_the_same_bits(live_estimation: LiveEstimation, tmp_path: Path) -> None:
    result = replayed(tmp_path / "bag", live_estimation)
    assert result.proven
    assert "14 of 14 images looked at again" in result.notes[-1]
    assert set(changes(result).values()) == {0.0}


def test_images_packed_without_loss_are_looked_at_again_to_the_same_bits(
    live_estimation: LiveEstimation, tmp_path: Path
) -> None:
    bag = BagReader(written(tmp_path / "bag", live_estimation))
    result = replay_estimation(write_packed(tmp_path / "packed", bag, ImageFormat("png")), ReplayOptions())
    assert result.proven
    assert "14 of 14 images looked at again" in result.notes[-1]


def test_of_images_packed_with_loss_the_recorded_tags_are_taken_without_a_complaint(
    live_estimation: LiveEstimation, tmp_path: Path
) -> None:
    bag = BagReader(written(tmp_path / "bag", live_estimation))
    result = replay_estimation(write_packed(tmp_path / "packed", bag, ImageFormat("jpeg")), ReplayOptions())
    assert result.proven and not result.complaints
    assert changes(result)["images_altered"] == 0.0
    assert result.notes[-1].startswith("0 of 14 images looked at again; of the others")
    assert "(14 only after lossy compression), the recorded tags were taken" in result.notes[-1]


def test_an_image_that_was_packed_and_is_another_is_a_complaint(
    live_estimation: LiveEstimation, tmp_path: Path
) -> None:
    bag = BagReader(written(tmp_path / "bag", live_estimation))
    lossy = BagReader(write_packed(tmp_path / "lossy", bag, ImageFormat("jpeg")))
    with BagWriter(tmp_path / "again") as writer:
        journal, images = (writer.add_topic(*topic) for topic in (("/estimation/journal", JOURNAL), (TOPIC, IMAGE)))
        for record in lossy.records(["/estimation/journal", f"{TOPIC}/compressed"]):
            data = image_as_sent(record) if "image" in record.topic else record.data
            writer.write(images if "image" in record.topic else journal, record.log_ns, record.published_ns, data)
    packed = write_packed(tmp_path / "packed", BagReader(tmp_path / "again"), ImageFormat("png"))
    result = replay_estimation(packed, ReplayOptions())
    assert not result.proven
    assert "7 images are not those that were looked at" in result.complaints[0]


def test_of_a_camera_without_images_the_recorded_tags_are_taken_and_that_is_said(
    live_estimation: LiveEstimation, tmp_path: Path
) -> None:
    result = replayed(tmp_path / "bag", live_estimation, cameras=["side"])
    assert result.proven
    assert result.notes[-1].startswith("7 of 14 images looked at again; of the others")


def test_another_calibration_tells_how_far_estimates_would_have_been(
    live_estimation: LiveEstimation, tmp_path: Path
) -> None:
    options = ReplayOptions(calibration=str(moved_camera(tmp_path / "mine")))
    result = replayed(tmp_path / "bag", live_estimation, cameras=[], options=options)
    assert 0 < result.equal < result.decisions
    assert 2e-6 < changes(result)["position"] < 3e-4
    assert result.notes[-2] == f"with {tmp_path / 'mine'}: front"


def test_a_folder_that_calibrates_nothing_of_the_bag_is_refused(
    live_estimation: LiveEstimation, tmp_path: Path
) -> None:
    with pytest.raises(ResourceError, match="calibrates none of front, side, block, base"):
        replayed(tmp_path / "bag", live_estimation, cameras=[], options=ReplayOptions(calibration=str(tmp_path)))


def test_a_published_pose_that_was_edited_is_named(live_estimation: LiveEstimation, tmp_path: Path) -> None:
    first, second, *others = live_estimation.estimates
    shifted = replace(first, pose=replace(first.pose, position=first.pose.position + 1e-4 * np.eye(3)[2]))
    result = replayed(tmp_path / "place", live_estimation, [shifted, second, *others], cameras=[])
    assert result.first is not None
    assert result.first.difference.field == "/objects/block/pose: position.z"
    assert result.first.difference.size == pytest.approx(1e-4, rel=1e-6)
    later = replace(second, stamp_ns=second.stamp_ns + 1_000_000)
    result = replayed(tmp_path / "stamp", live_estimation, [first, later, *others], cameras=[])
    assert result.first is not None
    assert (result.first.difference.field, result.first.difference.size) == ("/objects/block/pose: header.stamp", 1e6)


def test_a_journal_without_its_beginning_is_not_judged(live_estimation: LiveEstimation, tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="the beginning of estimation's journal is missing"):
        replayed(tmp_path / "bag", live_estimation, texts=[live_estimation.texts[0], *live_estimation.texts[3:]])


def test_a_line_that_was_altered_is_a_complaint(live_estimation: LiveEstimation, tmp_path: Path) -> None:
    texts = list(live_estimation.texts)
    number = next(index for index, text in enumerate(texts) if '"collect"' in text)
    texts[number] = texts[number].replace('"collect"', '"collect" ', 1)
    result = replayed(tmp_path / "bag", live_estimation, texts=texts, cameras=[])
    assert "altered" in result.complaints[0]
    assert not result.proven

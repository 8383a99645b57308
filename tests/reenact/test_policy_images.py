"""A policy that looks through cameras: where the bag has what it saw, its encoders see it again."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from benchmarks.replay_changes import with_bit_turned
from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.core.types import CameraImage
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.policy import replay_policy
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode
from tests import tiny_vision
from tests.reenact.bridge_bag import text_message
from tests.reenact.policy_live import START, LivePolicy
from tests.reenact.test_policy import TYPES, chunk_message, chunks_of, record_message
from tests.replay.bags import write_packed
from tests.replay.synthetic import header, make
from tests.tiny_bundle import bundle_of

IMAGE, TOPIC = "sensor_msgs/msg/Image", "/camera/front/image_raw"
PERIOD_NS = 66_000_000


def vision(files: dict[str, bytes] | None = None) -> Bundle:
    return bundle_of(tiny_vision.vision_manifest(), {**tiny_vision.vision_files(), **(files or {})})


def shown(number: int) -> CameraImage:
    pixels = np.random.default_rng(number).integers(0, 256, (24, 36, 3), dtype=np.uint8)
    return CameraImage(START + number * PERIOD_NS, pixels)


def seen(now_ns: int) -> dict[str, CameraImage]:
    return {tiny_vision.CAMERA: shown((now_ns - START) // PERIOD_NS)}


@pytest.fixture(scope="module")
def live() -> LivePolicy:
    return LivePolicy(vision(), seen=seen)


def image_message(image: CameraImage) -> bytes:
    height, width, _ = image.pixels.shape
    about = {"height": height, "width": width, "encoding": "bgr8", "is_bigendian": 0, "step": 3 * width}
    data = np.ascontiguousarray(image.pixels[:, :, ::-1]).reshape(-1)
    return encode(make(IMAGE, header=header(image.stamp_ns), data=data, **about), IMAGE)


def replayed(
    folder: Path, live: LivePolicy, images: Iterable[CameraImage], monkeypatch: pytest.MonkeyPatch, bundle: Bundle
) -> StageResult:
    monkeypatch.setattr("diffpol_ros.reenact.policy.recorded_bundle", lambda *_: bundle)
    with BagWriter(folder) as writer:
        numbers = {topic: writer.add_topic(topic, kind) for topic, kind in {**TYPES, TOPIC: IMAGE}.items()}
        rows = [("/policy/journal", text_message(text)) for text in live.texts]
        rows += [("/policy/inference", record_message(values)) for values in live.records]
        rows += [("/action_chunk", chunk_message(chunk)) for chunk in chunks_of(live)]
        rows += [(TOPIC, image_message(image)) for image in images]
        for index, (topic, data) in enumerate(rows):
            writer.write(numbers[topic], START + index, START + index, data)
    return replay_policy(folder, ReplayOptions())


def test_what_it_saw_is_encoded_again_and_every_decision_is_the_same(
    live: LivePolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = replayed(tmp_path / "bag", live, map(shown, range(31)), monkeypatch, vision())
    assert result.proven and result.not_judged == 0, result.first
    assert result.decisions > 200
    assert f"{len(live.records)} of {len(live.records)} inferences saw their images again" in result.notes


@pytest.mark.parametrize("lost", ["missing", "altered"])
def test_where_an_image_is_not_there_inferences_alone_are_judged_by_the_features_of_then(
    lost: str, live: LivePolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = int(live.records[2]["image_stamps_ns"])
    images = [image for number in range(31) if (image := shown(number)).stamp_ns != used or lost == "altered"]
    if lost == "altered":
        images = [CameraImage(each.stamp_ns, each.pixels // 2) if each.stamp_ns == used else each for each in images]
    result = replayed(tmp_path / "bag", live, images, monkeypatch, vision())
    assert result.equal == result.decisions < 50
    assert result.not_judged > 200
    assert any("of the others, the features of then were taken" in note for note in result.notes)
    assert any("inferences alone are judged" in note for note in result.notes)


@pytest.mark.parametrize(("kind", "seen_again"), [("png", True), ("jpeg", False)])
def test_packed_images_are_seen_again_where_nothing_was_lost(
    kind: str, seen_again: bool, live: LivePolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed(tmp_path / "bag", live, map(shown, range(31)), monkeypatch, vision())
    packed = write_packed(tmp_path / "packed", BagReader(tmp_path / "bag"), ImageFormat(kind))
    result = replay_policy(packed, ReplayOptions())
    assert result.equal == result.decisions and not result.complaints
    count = len(live.records) if seen_again else 0
    assert result.notes[0].startswith(f"{count} of {len(live.records)} inferences saw their images again")
    assert (result.not_judged == 0) is seen_again


def test_one_bit_of_an_encoders_weight_is_noticed_in_the_features(
    live: LivePolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turned = with_bit_turned(tiny_vision.vision_files()[tiny_vision.FILE], 1, 12)
    result = replayed(tmp_path / "bag", live, map(shown, range(31)), monkeypatch, vision({tiny_vision.FILE: turned}))
    assert result.first is not None and result.first.difference.field == "features[1]"
    assert 0.0 < result.first.difference.size < 1e-2

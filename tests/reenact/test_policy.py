"""The policy of a whole bag: from its records alone, with its journal, and another policy in its place."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.core.types import ActionChunk
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.records.published import published_chunk
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.policy import replay_policy
from diffpol_ros.reenact.result import ReplayError
from diffpol_ros.replay.bag_writer import BagWriter
from diffpol_ros.replay.schemas import encode
from tests import tiny_policy
from tests.reenact.bridge_bag import text_message
from tests.reenact.policy_live import START, LivePolicy
from tests.replay.synthetic import header, make

TYPES = {
    "/policy/journal": "std_msgs/msg/String",
    "/policy/inference": "diagnostic_msgs/msg/DiagnosticArray",
    "/action_chunk": "trajectory_msgs/msg/MultiDOFJointTrajectory",
}
AS_RECORDED = ReplayOptions()


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return Bundle.load(tiny_policy.write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(scope="module")
def live(bundle: Bundle) -> LivePolicy:
    return LivePolicy(bundle)


def record_message(values: Mapping[str, str]) -> bytes:
    pairs = [make("diagnostic_msgs/msg/KeyValue", key=key, value=value) for key, value in values.items()]
    status = make("diagnostic_msgs/msg/DiagnosticStatus", level=0, name="", message="", hardware_id="", values=pairs)
    kind = TYPES["/policy/inference"]
    return encode(make(kind, header=header(START, ""), status=[status]), kind)


def chunk_message(chunk: ActionChunk) -> bytes:
    points = [_point(chunk, index) for index in range(len(chunk))]
    kind = TYPES["/action_chunk"]
    about = {"header": header(chunk.observation_stamp_ns), "joint_names": ["ee", "gripper"]}
    return encode(make(kind, points=points, **about), kind)


def _point(chunk: ActionChunk, index: int) -> object:
    after_ns = chunk.stamps_ns[index] - chunk.observation_stamp_ns
    turn, level = chunk.quaternions[index], np.array([0.0, 0.0, 0.0, 1.0])
    width = np.array([chunk.gripper_widths[index], 0.0, 0.0])
    return make(
        "trajectory_msgs/msg/MultiDOFJointTrajectoryPoint",
        transforms=[_transform(chunk.positions[index], turn), _transform(width, level)],
        velocities=[],
        accelerations=[],
        time_from_start=make("builtin_interfaces/msg/Duration", sec=after_ns // 10**9, nanosec=after_ns % 10**9),
    )


def _transform(position: np.ndarray, turn: np.ndarray) -> object:
    shift = make("geometry_msgs/msg/Vector3", **dict(zip("xyz", position.tolist(), strict=True)))
    rotation = make("geometry_msgs/msg/Quaternion", **dict(zip("xyzw", turn.tolist(), strict=True)))
    return make("geometry_msgs/msg/Transform", translation=shift, rotation=rotation)


def chunks_of(live: LivePolicy) -> list[ActionChunk]:
    return [chunk for values in live.records if (chunk := published_chunk(values)) is not None]


def write_bag(folder: Path, live: LivePolicy, chunks: list[ActionChunk] | None = None, journal: bool = True) -> Path:
    with BagWriter(folder) as writer:
        numbers = {topic: writer.add_topic(topic, kind) for topic, kind in TYPES.items()}
        rows = [("/policy/journal", text_message(text)) for text in (live.texts if journal else [])]
        rows += [("/policy/inference", record_message(values)) for values in live.records]
        rows += [("/action_chunk", chunk_message(chunk)) for chunk in (chunks or chunks_of(live))]
        for index, (topic, data) in enumerate(rows):
            writer.write(numbers[topic], START + index, START + index, data)
    return folder


def home_of(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the package's models lie where the bundle does."""
    for module in ("policy.loading", "reenact.policy_bundles"):
        monkeypatch.setattr(f"diffpol_ros.{module}.models_folder", lambda models: Path(models or bundle.path.parent))


def test_a_bag_with_its_journal_is_the_same_in_all_decisions(live: LivePolicy, tmp_path: Path) -> None:
    result = replay_policy(write_bag(tmp_path / "bag", live), AS_RECORDED)
    assert result.proven
    assert result.decisions > 200
    assert all(change.value == 0.0 for change in result.changes)


def test_a_bag_without_journal_is_judged_by_its_records(
    live: LivePolicy, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home_of(bundle, monkeypatch)
    result = replay_policy(write_bag(tmp_path / "bag", live, journal=False), AS_RECORDED)
    assert result.proven
    assert result.decisions == len(live.records)
    assert "no journal" in result.notes[0]


def test_a_chunk_of_another_stamp_or_place_than_was_sent_is_named(live: LivePolicy, tmp_path: Path) -> None:
    chunk, *others = chunks_of(live)
    later = replace(chunk, observation_stamp_ns=chunk.observation_stamp_ns + 1_000_000)
    aside = replace(chunk, positions=chunk.positions + 1e-4 * np.eye(3)[1])
    stamped = replay_policy(write_bag(tmp_path / "later", live, [later, *others]), AS_RECORDED)
    placed = replay_policy(write_bag(tmp_path / "aside", live, [aside, *others]), AS_RECORDED)
    assert stamped.first is not None
    assert (stamped.first.difference.field, stamped.first.difference.size) == ("action_chunk.header.stamp", 1e6)
    assert placed.first is not None
    assert placed.first.difference.field == "action_chunk[0, 1]"
    assert placed.first.difference.size == pytest.approx(1e-4, rel=1e-6)


def test_another_policy_is_asked_what_was_asked_then(live: LivePolicy, tmp_path: Path) -> None:
    other = tiny_policy.write_tiny_bundle(tmp_path / "other", scale=1.01)
    result = replay_policy(write_bag(tmp_path / "bag", live), ReplayOptions(model=str(other)))
    assert result.equal < result.decisions == len(live.records)
    assert {change.name: change.value for change in result.changes}["position"] > 0.0
    assert "open loop" in result.notes[0]


def test_a_policy_that_is_no_longer_there_is_named_with_the_cure(
    live: LivePolicy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = tmp_path / "models"
    empty.mkdir()
    monkeypatch.setattr("diffpol_ros.reenact.policy_bundles.models_folder", lambda models: empty)
    with pytest.raises(ReplayError, match="put the bundle back that was recorded"):
        replay_policy(write_bag(tmp_path / "bag", live), AS_RECORDED)


def test_a_bag_without_anything_of_a_policy_is_refused(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag") as writer:
        number = writer.add_topic("/policy/other", "std_msgs/msg/String")
        writer.write(number, START, START, text_message(json.dumps({})))
    with pytest.raises(ReplayError, match="neither records of inferences nor a journal"):
        replay_policy(tmp_path / "bag", AS_RECORDED)

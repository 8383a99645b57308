"""What was sent is held against the records, also where the same time came twice, as in a loop over a bag."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.policy_records import InferenceRecord, chunk_differences
from diffpol_ros.replay.bag_reader import BagReader
from tests import tiny_policy
from tests.reenact.policy_live import START, LivePolicy
from tests.reenact.test_policy import chunks_of, write_bag


@pytest.fixture(scope="module")
def rounds(tmp_path_factory: pytest.TempPathFactory) -> tuple[LivePolicy, LivePolicy]:
    """Return two runs over the same observations that draw other samples."""
    bundle = Bundle.load(tiny_policy.write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny"))
    return LivePolicy(bundle), LivePolicy(bundle, StageSettings(seed=1000))


def test_a_chunk_of_either_round_is_known(rounds: tuple[LivePolicy, LivePolicy], tmp_path: Path) -> None:
    first, second = rounds
    records = [InferenceRecord(START, values) for live in rounds for values in live.records]
    chunks = [*chunks_of(first), *chunks_of(second)]
    seen = [chunk.observation_stamp_ns for chunk in chunks]
    assert len(set(seen)) < len(seen), "no observation came twice: nothing is tested"
    bag = BagReader(write_bag(tmp_path / "bag", first, chunks))
    assert [found for _, found in chunk_differences(bag, ReplayOptions(), records)] == [None] * len(chunks)


def test_one_of_neither_round_is_named(rounds: tuple[LivePolicy, LivePolicy], tmp_path: Path) -> None:
    records = [InferenceRecord(START, values) for live in rounds for values in live.records]
    chunk = chunks_of(rounds[0])[0]
    aside = replace(chunk, positions=chunk.positions + 1e-4 * np.eye(3)[1])
    bag = BagReader(write_bag(tmp_path / "bag", rounds[0], [aside]))
    ((_, found),) = chunk_differences(bag, ReplayOptions(), records)
    assert found is not None and found.field.startswith("action_chunk[0")

"""The policy stage run again from its journal decides the same, and notices whatever was another then."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.replay_changes import with_bit_turned
from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.core.journal.lines import Line
from diffpol_ros.core.journal.values import JournalError
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.guidance.settings import GuidanceSettings
from diffpol_ros.policy.manifest.networks import DENOISER
from diffpol_ros.policy.stage.journaled import codec
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.reenact.policy_changes import PolicyChanges
from diffpol_ros.reenact.policy_records import InferenceRecord, infer_again
from diffpol_ros.reenact.policy_run import PolicyRun, setup_of
from tests import tiny_generated, tiny_labelled, tiny_policy
from tests.policy.records.test_record import tiny_labelled_files
from tests.reenact.policy_live import LivePolicy
from tests.tiny_bundle import bundle_of


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return Bundle.load(tiny_policy.write_tiny_bundle(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(scope="module", params=["auto", "ensemble"])
def live(bundle: Bundle, request: pytest.FixtureRequest) -> LivePolicy:
    return LivePolicy(bundle, settings=StageSettings(seam=request.param))


def lines(live: LivePolicy) -> list[Line]:
    (stretch,) = live.recorded.stretches
    return list(stretch.lines())


def replayed(live: LivePolicy, bundle: Bundle, asked: list[Line] | None = None) -> list[tuple[str, Difference]]:
    run = PolicyRun(setup_of(live.recorded.head.setup), bundle)
    played = [run.play(line) for line in asked or lines(live)]
    return [(each.line.call, each.difference) for each in played if each.difference is not None]


def one_bit_away() -> Bundle:
    """Return the tiny policy with one bit of one weight turned."""
    network = tiny_policy.onnx_model(tiny_policy.matrix()).SerializeToString()
    # The first number of the network is no weight.
    return bundle_of(tiny_policy.tiny_manifest(), {DENOISER: with_bit_turned(network, 1, 12)})


def test_every_decision_is_the_same_to_the_last_bit(live: LivePolicy, bundle: Bundle) -> None:
    assert len(live.records) >= 4
    assert any(values["promise_actions"] for values in live.records) or "ensemble" in str(live.recorded.head.setup)
    assert replayed(live, bundle) == []


def test_labels_that_change_while_it_runs_are_gone_by_again() -> None:
    bundle = bundle_of(tiny_labelled.labelled_manifest(), tiny_labelled_files())
    assert bundle.guidance is not None
    asked = [bundle.guidance.mixture(GuidanceSettings(words)) for words in ("left=0.3,up=0.7", "right")]
    live = LivePolicy(bundle, mixtures=asked)
    assert {values["conditions"] for values in live.records} == {"1", "2"}
    assert replayed(live, bundle) == []


def test_a_policy_that_answers_every_tick_does_so_again() -> None:
    bundle = bundle_of(tiny_generated.generated_manifest(), tiny_generated.generated_files())
    live = LivePolicy(bundle)
    assert len(live.records) > 8
    assert replayed(live, bundle) == []


def test_every_inference_is_the_same_to_the_last_bit_without_a_journal(live: LivePolicy, bundle: Bundle) -> None:
    changes = PolicyChanges()
    for values in live.records:
        assert infer_again(InferenceRecord(0, values), bundle, changes.compare) is None
    assert changes == PolicyChanges()


def test_one_bit_of_one_weight_is_noticed(live: LivePolicy) -> None:
    other, changes = one_bit_away(), PolicyChanges()
    differences = replayed(live, other)
    assert differences[0][0] == "absorb"
    assert re.match(r"absorb\.actions\[\d+, \d+\]", differences[0][1].field)
    found = infer_again(InferenceRecord(0, live.records[0]), other, changes.compare)
    assert found is not None
    assert found.field.startswith("actions[0].")
    assert changes.position > 0.0


@pytest.mark.parametrize(("call", "place", "by"), [("robot", 0, 1_000_000), ("tick", 0, 200_000_000)])
def test_a_stamp_that_was_another_is_noticed(live: LivePolicy, bundle: Bundle, call: str, place: int, by: int) -> None:
    asked = lines(live)
    number = [line.number for line in asked if line.call == call][2 if call == "tick" else 10]
    told = list(asked[number].told)
    told[place] += by
    asked[number] = replace(asked[number], told=told)
    assert replayed(live, bundle, asked)


def test_an_object_a_tenth_of_a_millimetre_away_is_noticed(live: LivePolicy, bundle: Bundle) -> None:
    asked = lines(live)
    number = [line.number for line in asked if line.call == "object"][1]
    estimate = codec().value(asked[number].told[0])
    moved = replace(estimate, pose=replace(estimate.pose, position=estimate.pose.position + 1e-4 * np.eye(3)[0]))
    asked[number] = replace(asked[number], told=[codec().plain(moved)])
    (call, difference), *_ = replayed(live, bundle, asked)
    assert call == "absorb"
    assert difference.field.startswith("absorb.observation[")
    assert difference.size == pytest.approx(1e-4, rel=1e-2)


def test_a_head_or_a_call_that_is_not_the_policys_is_named(live: LivePolicy, bundle: Bundle) -> None:
    with pytest.raises(JournalError, match="expected its setup"):
        setup_of(json.loads("[1, 2]"))
    strange = replace(lines(live)[0], call="dance")
    with pytest.raises(JournalError, match="no call 'dance'"):
        replayed(live, bundle, [strange])

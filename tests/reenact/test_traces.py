"""What a page of a replay draws is what the stages decided, thinned without losing what changed most."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.replay import GOLDEN
from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.reenact import together
from diffpol_ros.reenact.control import replay_control
from diffpol_ros.reenact.estimation import replay_estimation
from diffpol_ros.reenact.options import ReplayOptions
from diffpol_ros.reenact.policy import replay_policy
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.reenact.together import REPLAYS, replay_stages
from diffpol_ros.reenact.traces import MOST, Apart, Rows, Trace, Traces, Word, Words
from diffpol_ros.replay.bag_reader import BagReader
from diffpol_ros.replay.gathering import load_run
from tests import tiny_policy
from tests.reenact import test_estimation, test_policy
from tests.reenact.bridge_bag import Rig, write_bag
from tests.reenact.estimation_live import LiveEstimation
from tests.reenact.policy_live import LivePolicy

TRACED = ReplayOptions(traced=True)


def traces_of(result: StageResult) -> Traces:
    assert result.traces is not None
    return result.traces


def trace(result: StageResult, name: str) -> Trace:
    (found,) = [each for each in traces_of(result).courses if each.name == name and isinstance(each, Trace)]
    return found


def apart(result: StageResult, name: str) -> Apart:
    (found,) = [each for each in traces_of(result).courses if each.name == name and isinstance(each, Apart)]
    return found


def change(result: StageResult, name: str) -> float:
    (found,) = [each.value for each in result.changes if each.name == name]
    return found


def slower(folder: Path) -> ReplayOptions:
    file = folder / "slow.yaml"
    file.write_text("velocity_scale: 0.02\n", encoding="utf-8")
    return replace(TRACED, parameters=file)


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rig = Rig()
    rig.move()
    return write_bag(tmp_path_factory.mktemp("moved") / "bag", rig.texts)


def test_nothing_is_kept_where_no_page_is_asked_for(moved: Path) -> None:
    assert replay_control(moved, ReplayOptions()).traces is None


def test_the_targets_of_then_are_those_that_the_bag_holds() -> None:
    run = load_run(BagReader(GOLDEN))
    joints = trace(replay_control(GOLDEN, TRACED), "joint targets")
    sent = ~np.isnan(joints.then).any(axis=1)
    assert np.isin(joints.then[sent, 0], run.targets.positions[:, 0]).mean() > 0.95
    assert sent.sum() >= len(run.targets)


def test_a_slower_gate_is_told_by_setting_by_target_and_by_decision(moved: Path, tmp_path: Path) -> None:
    result = replay_control(moved, slower(tmp_path))
    traces = traces_of(result)
    assert traces.replaced == (Difference("bridge.settings.velocity_scale", "0.9", "0.02", 0.88),)
    assert len(traces.decided.stamps_ns) == result.decisions
    assert sum(traces.decided.differs) == result.decisions - result.equal
    farthest = 1e-3 * np.nanmax(np.abs(apart(result, "joint targets, now minus then").values))
    assert farthest == pytest.approx(change(result, "joint_positions"))


def test_where_nothing_changes_then_and_now_are_one(moved: Path) -> None:
    result = replay_control(moved, TRACED)
    joints, gate = trace(result, "joint targets"), traces_of(result).gate
    assert not traces_of(result).replaced and not any(traces_of(result).decided.differs)
    assert np.array_equal(joints.then, joints.now, equal_nan=True)
    assert gate is not None and gate.then == gate.now
    assert [word.name for word in gate.then][-1] == "command"


def test_another_policy_is_told_by_where_it_leads(tmp_path: Path) -> None:
    bundle = Bundle.load(tiny_policy.write_tiny_bundle(tmp_path / "tiny"))
    live = LivePolicy(bundle)
    other = tiny_policy.write_tiny_bundle(tmp_path / "other", scale=1.01)
    bag = test_policy.write_bag(tmp_path / "bag", live)
    result = replay_policy(bag, replace(TRACED, model=str(other)))
    (replaced,) = traces_of(result).replaced
    assert bundle.digest[:12] in replaced.then and bundle.digest[:12] not in replaced.now
    shifts = apart(result, "actions, how far from those of then")
    assert shifts.values.shape == (result.decisions, 2) and (shifts.values[:, 0] <= shifts.values[:, 1]).all()
    assert 1e-3 * shifts.values.max() == pytest.approx(change(result, "position"))
    place = trace(result, "place of the first action")
    assert 1e3 * np.linalg.norm(place.now - place.then, axis=1) == pytest.approx(shifts.values[:, 0])


def test_another_calibration_is_told_by_where_objects_would_have_been(
    live_estimation: LiveEstimation, tmp_path: Path
) -> None:
    options = replace(TRACED, calibration=str(test_estimation.moved_camera(tmp_path / "mine")))
    result = replay_estimation(test_estimation.written(tmp_path / "bag", live_estimation, cameras=[]), options)
    (replaced,) = [each for each in traces_of(result).replaced if "position" in each.field]
    assert replaced.field == "front.pose.position[0]" and replaced.size == pytest.approx(1e-4)
    moved_mm = np.linalg.norm(apart(result, "place of block, now minus then").values, axis=1)
    assert 1e-3 * moved_mm.max() == pytest.approx(change(result, "position"))
    turned = np.radians(np.linalg.norm(apart(result, "block, turned from then").values, axis=1))
    assert turned.max() == pytest.approx(change(result, "rotation"))
    assert len(moved_mm) == len(live_estimation.estimates)


def test_what_is_the_same_to_the_bit_has_not_turned(live_estimation: LiveEstimation, tmp_path: Path) -> None:
    result = replay_estimation(test_estimation.written(tmp_path / "bag", live_estimation, cameras=[]), TRACED)
    assert result.proven and not apart(result, "block, turned from then").values.any()


def test_they_come_whole_from_processes_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together.os, "sched_getaffinity", lambda _: {0, 1})
    options = slower(tmp_path)
    (_, control) = replay_stages(GOLDEN, options, ("policy", "control")).results
    alone = REPLAYS["control"](GOLDEN, options)
    assert pickle.dumps(traces_of(control).decided) == pickle.dumps(traces_of(alone).decided)
    for one, other in zip(traces_of(control).courses, traces_of(alone).courses, strict=True):
        assert one.stamps_ns.tobytes() == other.stamps_ns.tobytes()
    assert traces_of(control).gate == traces_of(alone).gate


def test_a_long_trace_is_thinned_to_what_changed_most() -> None:
    rows, count = Rows(1), 10 * MOST + 7
    for stamp_ns in range(count):
        rows.add(stamp_ns, [1.0], [1.5] if stamp_ns == 12_345 else [1.0])
    thin = rows.trace("", "m", "x")
    assert len(thin.stamps_ns) == MOST and np.all(np.diff(thin.stamps_ns) > 0)
    assert thin.stamps_ns[0] == 0 and thin.stamps_ns[-1] > count - 20
    assert thin.stamps_ns[np.flatnonzero(thin.now != thin.then)[0]] == 12_345


def test_what_is_there_only_then_or_only_now_is_not_thinned_away() -> None:
    rows = Rows(2)
    for stamp_ns in range(2 * MOST):
        rows.add(stamp_ns, [0.0, 0.0], None if stamp_ns == 777 else [0.1, 0.1])
    thin = rows.trace("", "m", "xy")
    assert 777 in thin.stamps_ns and np.isnan(thin.now).all(axis=1).sum() == 1


def test_a_word_lasts_while_its_name_is_said_again() -> None:
    words = Words()
    for stamp_ns, name in enumerate(("hold.no_chunk", "hold.no_chunk", "command", "hold.no_chunk")):
        words.add(Word(stamp_ns, name, f"for {stamp_ns} s"), Word(stamp_ns, "command", ""))
    assert [word.stamp_ns for word in words.then] == [0, 2, 3] and len(words.now) == 1 and words.end_ns == 3

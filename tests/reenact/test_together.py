"""Stages that run side by side give what each gives by itself, over a copy without images."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.replay import GOLDEN
from diffpol_ros.core.image_format import ImageFormat
from diffpol_ros.reenact import together
from diffpol_ros.reenact.options import ImageBag, ReplayOptions
from diffpol_ros.reenact.result import StageResult
from diffpol_ros.reenact.together import REPLAYS, replay_stages
from diffpol_ros.replay.bag_reader import BagReader
from tests.reenact.bridge_bag import Rig, write_bag
from tests.reenact.estimation_live import LiveEstimation
from tests.reenact.test_estimation import written
from tests.replay.bags import write_packed


def timeless(result: StageResult) -> StageResult:
    return replace(result, took_s=0.0)


def test_what_runs_side_by_side_is_what_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together.os, "sched_getaffinity", lambda _: {0, 1})
    replayed = replay_stages(GOLDEN, ReplayOptions(), ("policy", "control"))
    assert not replayed.refusals and not replayed.complaints
    alone = [REPLAYS[stage](GOLDEN, ReplayOptions()) for stage in ("policy", "control")]
    assert list(map(timeless, replayed.results)) == list(map(timeless, alone))


def test_a_stage_that_cannot_be_judged_is_told_beside_one_that_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together.os, "sched_getaffinity", lambda _: {0})
    rig = Rig()
    rig.move()
    replayed = replay_stages(write_bag(tmp_path / "bag", rig.texts), ReplayOptions(), ("estimation", "control"))
    (result,) = replayed.results
    assert result.stage == "control" and result.proven
    assert replayed.refusals[0].startswith("estimation: the bag holds no journal of this stage")


def test_images_are_looked_for_where_they_are_and_only_there(live_estimation: LiveEstimation, tmp_path: Path) -> None:
    bag = written(tmp_path / "bag", live_estimation)
    (result,) = replay_stages(bag, ReplayOptions(), ("estimation",)).results
    assert result.proven and "14 of 14 images looked at again" in result.notes[-1]
    packed = write_packed(tmp_path / "packed", BagReader(bag), ImageFormat("png"))
    (same,) = replay_stages(packed, ReplayOptions(), ("estimation",)).results
    assert timeless(same) == timeless(result)
    fewer = ReplayOptions(images=ImageBag(bag, frozenset({"/camera/side/image_raw"})))
    assert "7 of 14 images looked at again" in REPLAYS["estimation"](bag, fewer).notes[-1]

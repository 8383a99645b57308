"""The estimation stage run again from its journal gives the same bits, and notices whatever was another then."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.journal.difference import Difference
from diffpol_ros.estimation.look import Frame
from diffpol_ros.estimation.pose_settings import PoseSettings
from diffpol_ros.reenact.estimation_run import EstimationRun, Rig
from tests.estimation.scenes import FRONT
from tests.reenact.estimation_live import Album, LiveEstimation


@pytest.fixture
def live(live_estimation: LiveEstimation) -> LiveEstimation:
    return live_estimation


@pytest.fixture
def albums(live: LiveEstimation) -> Iterator[dict[str, Album]]:
    """Give the images, to be changed by a test."""
    kept = {name: dict(album.frames) for name, album in live.albums.items()}
    yield live.albums
    for name, frames in kept.items():
        live.albums[name].frames = frames


def replayed(
    live: LiveEstimation, albums: dict[str, Album], rig: Rig | None = None
) -> tuple[list[Difference], EstimationRun]:
    recorded = live.recorded
    run = EstimationRun(rig or Rig.of(recorded.head.setup), albums)
    (stretch,) = recorded.stretches
    found = [run.play(line)[1] for line in stretch.lines()]
    run.close()
    return [each for each in found if each is not None], run


def test_all_is_seen_and_estimated_again_to_the_same_bits(live: LiveEstimation, albums: dict[str, Album]) -> None:
    differences, run = replayed(live, albums)
    assert len(live.estimates) > 10
    assert differences == []
    assert (run.seeing.tally.again, run.seeing.tally.taken) == (14, 0)


def test_without_images_the_recorded_tags_are_fused_to_the_same_bits(live: LiveEstimation) -> None:
    differences, run = replayed(live, {})
    assert differences == []
    assert (run.seeing.tally.again, run.seeing.tally.taken) == (0, 14)


def test_where_only_some_images_are_there_the_detectors_go_on_as_they_did(
    live: LiveEstimation, albums: dict[str, Album]
) -> None:
    for album in albums.values():
        album.frames = {stamp: frame for i, (stamp, frame) in enumerate(album.frames.items()) if i % 3 == 1}
    differences, run = replayed(live, albums)
    assert differences == []
    assert run.seeing.tally.again == 4


def test_a_camera_a_tenth_of_a_millimetre_away_is_noticed(live: LiveEstimation, albums: dict[str, Album]) -> None:
    x, y, z = FRONT.pose.position
    moved = replace(FRONT, pose=PoseSettings((x + 1e-4, y, z), FRONT.pose.quaternion), sha256="")
    differences, _ = replayed(live, albums, Rig.of(live.recorded.head.setup).instead({"front": moved}, {}))
    assert differences[0].field.startswith("collect[0].pose.position")
    assert 0.0 < differences[0].size < 3e-4


def test_a_stamp_a_millisecond_off_is_noticed(live: LiveEstimation, albums: dict[str, Album]) -> None:
    frames = albums["front"].frames
    stamp_ns = sorted(frames)[3]
    frame = frames.pop(stamp_ns)
    frames[stamp_ns + 1_000_000] = replace(frame, stamp_ns=stamp_ns + 1_000_000)
    differences, _ = replayed(live, albums)
    assert [(each.field, each.size) for each in differences] == [("camera/front/image_raw.stamp_ns", 1e6)]


def test_a_pixel_that_is_not_as_it_was_is_noticed(live: LiveEstimation, albums: dict[str, Album]) -> None:
    frames = albums["front"].frames
    stamp_ns = sorted(frames)[3]
    pixels = np.array(frames[stamp_ns].pixels)
    pixels[::4, ::4] ^= 1
    frames[stamp_ns] = Frame("front", stamp_ns, pixels)
    differences, run = replayed(live, albums)
    assert differences == []
    assert run.seeing.tally.altered == 1


def test_a_tag_found_elsewhere_is_noticed(live: LiveEstimation, albums: dict[str, Album]) -> None:
    frames = albums["front"].frames
    stamp_ns = sorted(frames)[3]
    pixels = np.roll(frames[stamp_ns].pixels, 1, axis=0)
    pixels[::4, ::4] = frames[stamp_ns].pixels[::4, ::4]
    frames[stamp_ns] = Frame("front", stamp_ns, pixels)
    differences, _ = replayed(live, albums)
    assert differences[0].field.startswith("look.sighting.detections[0]")

"""The time offset from a wiggle: within the promise, and refused where the wiggle does not tell."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration_rigs import Noise, Rig, ideal, random_rig
from benchmarks.calibration_wiggles import hand_series, random_wiggle, wiggle_frames
from diffpol_ros.calibrate.hand_series import HandSeries
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.time_offset import Frame, solve_time_offset

MOUNTS = pytest.mark.parametrize("mount", ["end_effector", "base"])
USUAL = Noise(0.1, 1e-4, np.radians(0.02))
SECONDS = 5.0
NONE = (0.0, 0.0, 0.0)


def record(
    mount: str,
    offset: float,
    noise: Noise = USUAL,
    shift: tuple[float, float, float] = (0.04, 0.04, 0.04),
    turn: tuple[float, float, float] = (0.2, 0.2, 0.2),
    seed: int = 0,
    rate: float = 15.0,
) -> tuple[Rig, list[Frame], HandSeries]:
    rng = np.random.default_rng(seed)
    rig = random_rig(rng, mount)
    wiggle = random_wiggle(rig, rng, shift, turn)
    series = hand_series(wiggle, rng, noise, SECONDS)
    return rig, wiggle_frames(rig, wiggle, rng, noise.corner_px, SECONDS, rate, offset), series


@MOUNTS
@pytest.mark.parametrize("offset", [-0.12, 0.0, 0.043])
def test_an_offset_is_found_to_well_within_three_milliseconds(mount: str, offset: float) -> None:
    rig, frames, series = record(mount, offset)
    found = solve_time_offset(ideal(rig.camera), frames, series, mount)
    assert found.offset == pytest.approx(offset, abs=5e-4)
    assert 0.0 < found.deviation < 5e-4
    assert abs(found.offset - offset) < 5.0 * found.deviation


def test_exact_data_give_the_offset_to_the_spline_s_error() -> None:
    rig, frames, series = record("base", 0.0314159, Noise())
    found = solve_time_offset(ideal(rig.camera), frames, series, "base")
    assert found.offset == pytest.approx(0.0314159, abs=2e-6)


@MOUNTS
def test_a_wiggle_about_one_axis_needs_to_know_the_camera(mount: str) -> None:
    rig, frames, series = record(mount, 0.02, shift=NONE, turn=(0.0, 0.3, 0.0))
    with pytest.raises(Refusal, match="turn it about two, or calibrate hand-eye first"):
        solve_time_offset(ideal(rig.camera), frames, series, mount)
    found = solve_time_offset(ideal(rig.camera), frames, series, mount, known=rig.camera_pose)
    assert found.offset == pytest.approx(0.02, abs=1e-3)


@MOUNTS
def test_a_wiggle_without_turning_is_enough_where_the_camera_is_known(mount: str) -> None:
    rig, frames, series = record(mount, -0.03, shift=(0.08, 0.08, 0.05), turn=NONE)
    found = solve_time_offset(ideal(rig.camera), frames, series, mount, known=rig.camera_pose)
    assert found.offset == pytest.approx(-0.03, abs=1e-3)


def test_a_hand_that_hardly_moved_is_refused() -> None:
    rig, frames, series = record("base", 0.0, shift=(0.005, 0.005, 0.005), turn=(0.01, 0.01, 0.01))
    with pytest.raises(Refusal, match=r"turned by .* degrees and moved by .* mm only"):
        solve_time_offset(ideal(rig.camera), frames, series, "base")


def test_images_of_another_motion_are_refused() -> None:
    rig, frames, _ = record("base", 0.0)
    _, _, other = record("base", 0.0, seed=7)
    with pytest.raises(Refusal, match=r"move alike by 0\.\d+ only|synchronise the clocks"):
        solve_time_offset(ideal(rig.camera), frames, other, "base")


def test_images_from_another_time_are_refused() -> None:
    rig, frames, series = record("base", 3600.0)
    with pytest.raises(Refusal, match="0 images show the target while hand poses were recorded"):
        solve_time_offset(ideal(rig.camera), frames, series, "base")


def test_an_offset_beyond_reach_is_no_offset() -> None:
    rig, frames, series = record("base", 0.7)
    with pytest.raises(Refusal, match=r"move alike by|synchronise the clocks"):
        solve_time_offset(ideal(rig.camera), frames, series, "base")


def test_a_wiggle_in_rhythm_matches_at_every_beat() -> None:
    rng = np.random.default_rng(3)
    rig = random_rig(rng, "base")
    wiggle = replace(random_wiggle(rig, rng), frequencies=np.full((6, 3), 2.5), shift=np.full(3, 0.01))
    series = hand_series(wiggle, rng, USUAL, SECONDS)
    frames = wiggle_frames(rig, wiggle, rng, 0.1, SECONDS, 15.0, 0.01)
    with pytest.raises(Refusal, match="fit as well: wiggle irregularly"):
        solve_time_offset(ideal(rig.camera), frames, series, "base")


def test_the_order_of_images_means_nothing() -> None:
    rig, frames, series = record("base", 0.02)
    ordered, shuffled = (solve_time_offset(ideal(rig.camera), of, series, "base") for of in (frames, frames[::-1]))
    assert ordered.offset == shuffled.offset

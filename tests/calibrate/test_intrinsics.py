"""A lens is recovered, odd corners and views are left out by name, and what cannot be known is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.calibrate.board import BoardSighting
from diffpol_ros.calibrate.intrinsics import BoardView, Intrinsics, IntrinsicsLimits, solve_intrinsics
from diffpol_ros.calibrate.lens import calibrate_lens
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.rehearsal import good_views, poor_views
from diffpol_ros.cli.calibrate.rehearse_run import made_up_camera, photographed
from diffpol_ros.estimation.calibration import CameraCalibration
from tests.calibrate.boards import CAMERA, SIZE, board, views

GOOD = good_views(CAMERA, board(), 20, np.random.default_rng(3))


def focal_error(found: Intrinsics, truth: CameraCalibration) -> float:
    """Return the larger relative error of the focal lengths."""
    return max(abs(found.camera.fx / truth.fx - 1.0), abs(found.camera.fy / truth.fy - 1.0))


def changed(view: BoardView, pixels: np.ndarray) -> BoardView:
    return BoardView(view.name, BoardSighting(view.sighting.points, pixels, view.sighting.ids))


@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.integers(0, 1000), st.floats(60.0, 90.0), st.sampled_from([SIZE, (1280, 720)]))
def test_lenses_are_recovered_within_a_fifth_of_a_percent(seed: int, view_deg: float, size: tuple[int, int]) -> None:
    rng = np.random.default_rng(seed)
    camera = made_up_camera("some", size, view_deg, rng)
    taken = views(good_views(camera, board(), 20, rng), camera, 0.06, seed)
    found = solve_intrinsics("some", taken, size)
    assert focal_error(found, camera) < 2e-3
    assert np.hypot(found.camera.cx - camera.cx, found.camera.cy - camera.cy) < 2e-3 * camera.width
    assert found.refused == ()


def test_deviations_and_residuals_tell_the_truth() -> None:
    found = [solve_intrinsics("test", views(GOOD, noise_px=0.2, seed=seed), SIZE, k3=False) for seed in range(8)]
    truth = np.array([CAMERA.fx, CAMERA.fy, CAMERA.cx, CAMERA.cy, *CAMERA.distortion])
    values = [[one.camera.fx, one.camera.fy, one.camera.cx, one.camera.cy, *one.camera.distortion] for one in found]
    scaled = (np.array(values) - truth) / [one.deviations for one in found]
    assert 0.5 < np.sqrt(np.mean(scaled**2)) < 1.6
    assert found[0].residual_px == pytest.approx(0.2 * np.sqrt(2.0), rel=0.1)
    assert np.mean(found[0].held_out_px) == pytest.approx(found[0].residual_px, rel=0.15)


def test_wrong_corners_are_left_out() -> None:
    taken = views(GOOD)
    pixels = taken[4].sighting.pixels.copy()
    pixels[3] += [6.0, -4.0]
    taken[4] = changed(taken[4], pixels)
    found = solve_intrinsics("test", taken, SIZE)
    assert found.dropped == 1 and found.refused == ()
    assert focal_error(found, CAMERA) < 1e-3


def test_a_view_that_disagrees_is_refused_by_name() -> None:
    taken = views(GOOD)
    rng = np.random.default_rng(0)
    taken[7] = changed(taken[7], taken[7].sighting.pixels + rng.normal(0.0, 5.0, taken[7].sighting.pixels.shape))
    found = solve_intrinsics("test", taken, SIZE)
    assert found.refused == ("007.png",)
    assert "007.png" not in {view.name for view in found.views}
    assert focal_error(found, CAMERA) < 1e-3


def test_views_of_another_board_are_refused() -> None:
    rng = np.random.default_rng(0)
    taken = [
        changed(view, view.sighting.pixels + rng.normal(0.0, 6.0, view.sighting.pixels.shape)) for view in views(GOOD)
    ]
    with pytest.raises(Refusal, match=r"disagree|miss by|no lens|known to"):
        solve_intrinsics("test", taken, SIZE)


def test_noise_that_leaves_the_focal_length_open_is_refused() -> None:
    limits = IntrinsicsLimits(residual_px=10.0)
    with pytest.raises(Refusal, match=r"focal length would be known to \d\.\d+ %.*take more views"):
        solve_intrinsics("test", views(GOOD[:12], noise_px=1.5), SIZE, limits)


def test_a_poor_set_is_refused_before_anything_is_fitted() -> None:
    with pytest.raises(Refusal, match="tilted left-right by more than 20 degrees"):
        solve_intrinsics("test", views(poor_views(CAMERA, board(), 20, np.random.default_rng(0))), SIZE)


def test_a_third_coefficient_is_fitted_where_held_out_views_ask_for_it() -> None:
    bent = replace(CAMERA, distortion=(-0.25, 0.1, 0.0, 0.0, -0.08))
    poses = good_views(bent, board(), 24, np.random.default_rng(1))
    assert len(solve_intrinsics("test", views(poses, bent), SIZE).camera.distortion) == 5
    assert len(solve_intrinsics("test", views(GOOD), SIZE).camera.distortion) == 4


@pytest.mark.slow
@pytest.mark.parametrize("name", ["charuco", "tags"])
def test_rendered_boards_give_the_lens_within_a_fifth_of_a_percent(name: str) -> None:
    rng = np.random.default_rng(5)
    camera = made_up_camera("rendered", SIZE, 85.0, rng)
    captures = photographed(camera, board(name), good_views(camera, board(name), 20, rng), rng)
    found = calibrate_lens(captures, board(name))
    assert focal_error(found, camera) < 2e-3
    assert found.camera.serial == "none" and found.camera.images == len(found.views)

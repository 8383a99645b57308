"""The derivatives of the chain, and what the adjustment makes of exact and of noisy views."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.calibration_rigs import Noise, deviation, exact_views, hand_poses, jittered, random_rig
from diffpol_ros.calibrate.bundle import adjust
from diffpol_ros.calibrate.chain import Chain, start_state
from diffpol_ros.core.types import Array

MOUNTS = pytest.mark.parametrize("mount", ["end_effector", "base"])
STEP = 1e-6


@MOUNTS
def test_derivatives_are_those_of_the_residuals(mount: str) -> None:
    rng = np.random.default_rng(0)
    rig = random_rig(rng, mount)
    views = exact_views(rig, hand_poses(rig, rng, 3), rng, Noise(0.5, 1e-3, 1e-2))
    views = [replace(view, twist=rng.normal(size=6)) for view in views]
    chain = Chain(rig.camera, views, mount)
    slips = rng.normal(0.0, 0.01, (3, 6))
    state = start_state(rig.camera_pose, rig.target_pose, 3).moved(rng.normal(0.0, 0.01, 13), slips)

    def residuals(column: int, step: float) -> Array:
        steps = np.zeros(19)
        steps[column] = step
        return chain.residuals(state.moved(steps[:13], np.tile(steps[13:], (3, 1))))

    _, jacobian = chain.linearize(state)
    for column in range(19):
        numeric = (residuals(column, STEP) - residuals(column, -STEP)) / (2.0 * STEP)
        np.testing.assert_allclose(jacobian[:, :, column], numeric, rtol=1e-5, atol=1e-5 * np.abs(numeric).max())


@MOUNTS
def test_scatter_of_corners_and_hands_is_found_in_the_data(mount: str) -> None:
    rng = np.random.default_rng(1)
    rig = random_rig(rng, mount)
    views = exact_views(rig, hand_poses(rig, rng, 40), rng, Noise(0.2, 4e-4, 1e-3))
    start = jittered(rig.camera_pose, rng, 0.02, 0.05), jittered(rig.target_pose, rng, 0.02, 0.05)
    found = adjust(rig.camera, views, mount, start)
    assert found.scatter.corner_px == pytest.approx(0.2, rel=0.1)
    assert found.scatter.position == pytest.approx(4e-4, rel=0.35)
    assert found.scatter.rotation == pytest.approx(1e-3, rel=0.35)
    assert deviation(found.state.camera, rig.camera_pose)[0] < 1.0
    assert np.all(np.linalg.eigvalsh(found.covariance[:12, :12]) > 0.0)
    assert not np.any(found.covariance[12])

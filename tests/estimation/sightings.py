"""Sightings made of exact corners, at times in seconds."""

import numpy as np

from diffpol_ros.core.clock import to_ns
from diffpol_ros.core.types import ObjectEstimate, Pose
from diffpol_ros.estimation.detection.sighting import Sighting
from diffpol_ros.estimation.estimator import Estimator
from diffpol_ros.estimation.fusion.projection import View
from tests.estimation.scenes import BLOCK, block_pose, detections, exact_view

START_NS = 1_700_000_000_000_000_000
TRUTH = block_pose(np.random.default_rng(0))


def at(seconds: float) -> int:
    """Return a stamp."""
    return START_NS + to_ns(seconds)


def shifted(x: float = 0.0, y: float = 0.0) -> Pose:
    """Return where the block is, but for a shift [m]."""
    return Pose(TRUTH.position + np.array([x, y, 0.0]), TRUTH.quaternion)


def seen(view: View, time_s: float) -> Sighting:
    """Return a view as a sighting."""
    return Sighting(view.camera.name, at(time_s), tuple(detections(view)))


def show(estimator: Estimator, pose: Pose, time_s: float, camera: str = "front") -> list[ObjectEstimate]:
    """Let the estimator see the block through a camera."""
    return estimator.absorb(seen(exact_view(estimator.cameras[camera], BLOCK, pose), time_s))

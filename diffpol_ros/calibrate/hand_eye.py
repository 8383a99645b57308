"""Hand-eye calibration both ways: the camera on the hand over a fixed target, or fixed over a target in the hand."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.calibrate.bundle import Bundle, Indices, Scatter, adjust
from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.hand_eye_start import best_start
from diffpol_ros.calibrate.motion import missing_turn
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.target_pose import possible_poses
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

# What robots do by themselves; a view that disagrees by less is never refused.
USUAL_POSITION, USUAL_ROTATION = 5e-4, 1.5e-3
ODD_ONE_OUT = 8.0
AXES = "xyz"


@dataclass(frozen=True)
class HandEyeLimits:
    """What a set must give to become a calibration."""

    views: int = setting(8, description="Fewer images than this are refused", minimum=3)
    turn_deg: float = setting(20.0, description="The hand must turn so far about two axes [deg]", minimum=1.0)
    refused: float = setting(0.25, description="Share of images that may be left out", minimum=0.0, maximum=0.5)
    corner_px: float = setting(1.0, description="Largest scatter of the corners, per axis [pixel]", minimum=0.01)
    hand_mm: float = setting(3.0, description="Largest scatter of the robot's word on its hand [mm]", minimum=0.01)
    hand_deg: float = setting(0.5, description="Largest scatter of the robot's word on its hand [deg]", minimum=0.01)
    position_mm: float = setting(2.0, description="Largest standard deviation of the camera [mm]", minimum=0.01)
    rotation_deg: float = setting(0.2, description="Largest standard deviation of the camera [deg]", minimum=0.001)


@dataclass(frozen=True, eq=False)
class HandEye:
    """Where the camera is on its mount.

    camera: optical frame in the end effector or the robot base. target: in the other of the two. covariance: (6, 6) of
    the camera, position [m^2] then rotation vector [rad^2], along the axes of its mount. scatter: as found. views: how
    many were used; refused: names of those that disagreed. residuals: (m, 2) [pixel]; of_view: (m,) of which used view.
    """

    mount: str
    camera: Pose
    target: Pose
    covariance: Array
    residual_px: float
    scatter: Scatter
    views: tuple[TargetView, ...]
    refused: tuple[str, ...]
    method: str
    residuals: Array
    of_view: Indices


def solve_hand_eye(
    camera: CameraCalibration, views: Sequence[TargetView], mount: str, limits: HandEyeLimits | None = None
) -> HandEye:
    """Return the camera on its mount ("end_effector" or "base"), or raise Refusal with what the set lacks."""
    limits = limits or HandEyeLimits()
    _check_motion(views, limits)
    kept = list(views)
    refused: list[str] = []
    while True:
        method, bundle, alone_px = _solve(camera, kept, mount)
        odd = _odd_one_out(bundle)
        if odd is None:
            break
        refused.append(kept.pop(odd).name)
        if len(refused) > limits.refused * len(views):
            raise Refusal(f"images and hand poses disagree {_told(bundle)}; worst: {', '.join(refused)}; {DISAGREE}")
        _check_motion(kept, limits)
    _check_fit(bundle, alone_px, limits)
    return HandEye(
        mount=mount,
        camera=bundle.state.camera,
        target=bundle.state.target,
        covariance=bundle.covariance[:6, :6],
        residual_px=bundle.residual_px,
        scatter=bundle.scatter,
        views=tuple(kept),
        refused=tuple(refused),
        method=method,
        residuals=bundle.residuals,
        of_view=bundle.of_view,
    )


DISAGREE = (
    "expected still images of one target of the given size, fixed in the base for a camera on the end effector and "
    "in the hand for a camera on the base, and poses of the tool centre point in the robot base frame"
)


def _solve(camera: CameraCalibration, views: Sequence[TargetView], mount: str) -> tuple[str, Bundle, float]:
    """Return the closed form it began with, the fit, and the RMS distance in the median image seen alone [pixel]."""
    seen = [possible_poses(camera, view.points, view.pixels) for view in views]
    lost = [view.name for view, poses in zip(views, seen, strict=True) if not poses]
    if lost:
        raise Refusal(f"{', '.join(lost)}: no pose explains the target's corners; leave these images out")
    start = best_start(camera, views, seen, mount)
    alone_px = float(np.median([poses[0].residual_px for poses in seen]))
    return start.method, adjust(camera, views, mount, (start.camera, start.target)), alone_px


def _check_motion(views: Sequence[TargetView], limits: HandEyeLimits) -> None:
    if len(views) < limits.views:
        raise Refusal(f"{len(views)} images show the target, at least {limits.views} are needed: take more, all turned")
    missing = missing_turn([view.hand for view in views], np.radians(limits.turn_deg))
    if missing:
        raise Refusal(missing)


def _odd_one_out(bundle: Bundle) -> int | None:
    """Return the view whose hand disagrees far more than the others do, if there is one."""
    slips = bundle.state.slip_vectors
    distances = np.linalg.norm(slips[:, :3], axis=1), np.linalg.norm(slips[:, 3:], axis=1)
    usual = (USUAL_POSITION, USUAL_ROTATION)
    scores = [of / max(least, float(np.median(of))) for of, least in zip(distances, usual, strict=True)]
    score = np.maximum(*scores)
    return int(np.argmax(score)) if score.max() > ODD_ONE_OUT else None


def _check_fit(bundle: Bundle, alone_px: float, limits: HandEyeLimits) -> None:
    scatter = bundle.scatter
    if alone_px > np.sqrt(2.0) * limits.corner_px:
        raise Refusal(f"corners miss by {alone_px:.2f} px in single images: calibrate the intrinsics, check the target")
    uncertain = 1e3 * scatter.position > limits.hand_mm or np.degrees(scatter.rotation) > limits.hand_deg
    if uncertain or scatter.corner_px > limits.corner_px:
        raise Refusal(f"images and hand poses disagree {_told(bundle)}; {DISAGREE}")
    deviations = np.sqrt(np.diag(bundle.covariance)[:6])
    worst = int(np.argmax(deviations[:3]))
    if 1e3 * deviations[worst] > limits.position_mm or np.degrees(deviations[3:].max()) > limits.rotation_deg:
        raise Refusal(
            f"the camera would be known to {1e3 * deviations[worst]:.1f} mm along {AXES[worst]} and "
            f"{np.degrees(deviations[3:].max()):.2f} degrees only: take more images, nearer and turned farther"
        )


def _told(bundle: Bundle) -> str:
    scatter = bundle.scatter
    apart = f"{1e3 * scatter.position:.1f} mm and {np.degrees(scatter.rotation):.2f} degrees"
    return f"by {apart} an axis, {scatter.corner_px:.1f} px"

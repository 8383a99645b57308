"""Where a fixed camera is, from tags at known places: the paper's way, as one fit to every corner of every image."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from diffpol_ros.calibrate.bundle import Bundle, Indices, adjust
from diffpol_ros.calibrate.chain import TargetView
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.calibrate.target_pose import possible_poses
from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import identity_pose, inverse, rotation_between
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

SAME_SOLUTION_RAD = 0.1
AMBIGUITY = 16.0
STILL_PX = 0.3
# What a corner is off in every image alike, whatever their number: sampling, lens, print.
BIAS_PX = 0.05


@dataclass(frozen=True)
class ExtrinsicsLimits:
    """What a set must give to become a calibration; FurnitureBench's tolerance is 4 mm and 1 degree."""

    views: int = setting(5, description="Fewer images than this are refused", minimum=1)
    refused: float = setting(0.25, description="Share of images that may be left out", minimum=0.0, maximum=0.5)
    residual_px: float = setting(1.0, description="Largest RMS distance of the corners [pixel]", minimum=0.01)
    position_mm: float = setting(4.0, description="Largest standard deviation of the camera [mm]", minimum=0.01)
    rotation_deg: float = setting(1.0, description="Largest standard deviation of the camera [deg]", minimum=0.001)


@dataclass(frozen=True, eq=False)
class Extrinsics:
    """Where the camera is in the robot base frame.

    covariance: (6, 6) position [m^2] then rotation vector [rad^2], along the base's axes; the landmarks are taken to be
    exactly where they are said to be. views: the images used; refused: names of those that disagreed.
    residuals: (m, 2) [pixel]; of_view: (m,) of which used view.
    """

    camera: Pose
    covariance: Array
    residual_px: float
    views: tuple[TargetView, ...]
    refused: tuple[str, ...]
    residuals: Array
    of_view: Indices


def solve_extrinsics(
    camera: CameraCalibration, views: Sequence[TargetView], limits: ExtrinsicsLimits | None = None
) -> Extrinsics:
    """Return the camera in the base frame, or raise Refusal; points of `views` are in the base frame."""
    limits = limits or ExtrinsicsLimits()
    if len(views) < limits.views:
        raise Refusal(f"{len(views)} images show a known tag, at least {limits.views} are needed")
    kept, refused = _still(views, limits)
    best, rival = _solutions(camera, kept)
    _check_ambiguity(best, rival, len(kept))
    covariance = _covariance(best, kept)
    _check_fit(best, covariance, limits)
    return Extrinsics(
        camera=best.state.camera,
        covariance=covariance,
        residual_px=best.residual_px,
        views=tuple(kept),
        refused=refused,
        residuals=best.residuals,
        of_view=best.of_view,
    )


def _still(views: Sequence[TargetView], limits: ExtrinsicsLimits) -> tuple[list[TargetView], tuple[str, ...]]:
    """Return the views in which every corner is where it mostly is, and the names of the others."""
    usual = _usual_pixels(views)
    moved = [float(np.sqrt(np.mean(np.sum((view.pixels - _of(usual, view)) ** 2, axis=1)))) for view in views]
    limit = max(STILL_PX, 4.0 * float(np.median(moved)))
    refused = tuple(view.name for view, by in zip(views, moved, strict=True) if by > limit)
    if len(refused) > limits.refused * len(views) or float(np.median(moved)) > STILL_PX:
        raise Refusal(
            f"the images disagree by up to {max(moved):.1f} px ({', '.join(refused) or 'all of them'}): "
            "the camera or the tags moved in between"
        )
    return [view for view in views if view.name not in refused], refused


def _solutions(camera: CameraCalibration, views: Sequence[TargetView]) -> tuple[Bundle, Bundle | None]:
    """Return the best fit and the best one that is turned far from it, if any."""
    found: list[Bundle] = []
    starts = [inverse(one.pose) for view in views for one in possible_poses(camera, view.points, view.pixels)]
    for start in starts:
        if any(_near(start, one.state.camera) for one in found):
            continue
        fitted = adjust(camera, views, "base", (start, identity_pose()), ("camera",), slipping=False)
        if not any(_near(fitted.state.camera, one.state.camera) for one in found):
            found.append(fitted)
    if not found:
        raise Refusal("no pose of the camera explains the corners: see whether the tags' ids and sizes are right")
    found.sort(key=lambda one: one.residual_px)
    return found[0], found[1] if len(found) > 1 else None


def _check_ambiguity(best: Bundle, rival: Bundle | None, count: int) -> None:
    if rival is None:
        return
    scale = max(BIAS_PX, best.scatter.corner_px) ** 2 * count
    worse = float(np.sum(rival.residuals**2) - np.sum(best.residuals**2)) / scale
    if worse < AMBIGUITY:
        turned = np.degrees(_angle(best.state.camera, rival.state.camera))
        raise Refusal(
            f"two camera poses {turned:.0f} degrees apart explain the corners: "
            "show it more known tags, nearer ones, or look at them less squarely"
        )


def _check_fit(best: Bundle, covariance: Array, limits: ExtrinsicsLimits) -> None:
    if best.residual_px > limits.residual_px:
        raise Refusal(
            f"corners miss by {best.residual_px:.2f} px RMS: see whether tags lie where their file says, "
            "and whether the intrinsics are this camera's"
        )
    deviations = np.sqrt(np.diag(covariance))
    position, turn = 1e3 * float(np.linalg.norm(deviations[:3])), np.degrees(float(deviations[3:].max()))
    if position > limits.position_mm or turn > limits.rotation_deg:
        raise Refusal(
            f"the camera would be known to {position:.1f} mm and {turn:.2f} degrees only: "
            "show it more known tags, farther apart, or larger ones"
        )


def _covariance(best: Bundle, views: Sequence[TargetView]) -> Array:
    """Return what is known of the camera: noise averages out over the images, what all of them share does not."""
    usual = _usual_pixels(views, np.mean)
    noise = float(np.mean([np.mean((view.pixels - _of(usual, view)) ** 2) for view in views]))
    noise *= len(views) / max(1, len(views) - 1)
    shared = max(BIAS_PX**2, best.scatter.corner_px**2 - noise)
    of_one = len(views) * best.covariance[:6, :6] / best.scatter.corner_px**2
    return (shared + noise / len(views)) * of_one


def _usual_pixels(views: Sequence[TargetView], middle: Callable[..., Any] = np.median) -> dict[int, Array]:
    seen: dict[int, list[Array]] = defaultdict(list)
    for view in views:
        for key, pixel in zip(view.ids, view.pixels, strict=True):
            seen[key].append(pixel)
    return {key: np.asarray(middle(pixels, axis=0)) for key, pixels in seen.items()}


def _of(usual: dict[int, Array], view: TargetView) -> Array:
    return np.array([usual[key] for key in view.ids])


def _near(one: Pose, other: Pose) -> bool:
    return _angle(one, other) < SAME_SOLUTION_RAD


def _angle(one: Pose, other: Pose) -> float:
    return float(np.linalg.norm(rotation_between(one.quaternion, other.quaternion)))

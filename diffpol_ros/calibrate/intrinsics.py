"""The lens of a camera from views of a board: OpenCV's fit, made robust, with what is known of each number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from diffpol_ros.calibrate.board import BoardSighting
from diffpol_ros.calibrate.coverage import CoverageLimits, check_coverage
from diffpol_ros.calibrate.refusal import Refusal
from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array
from diffpol_ros.estimation.calibration import CameraCalibration

ROUNDS = 12
OUTLIER = 6.0
# Corners this near are never thrown away: nothing measures better.
NEAR_PX = 0.3
FEWEST_CORNERS = 6
WORSE_VIEW = 4.0
STEP = 0.5
BETTER = 0.97


@dataclass(frozen=True)
class IntrinsicsLimits(CoverageLimits):
    """What a set must give to become a calibration."""

    residual_px: float = setting(0.8, description="Largest RMS distance of the corners [pixel]", minimum=0.01)
    focal_percent: float = setting(0.15, description="Largest standard deviation of a focal length [%]", minimum=1e-3)
    centre_px: float = setting(1.5, description="Largest standard deviation of the principal point", minimum=1e-3)
    refused: float = setting(0.3, description="Share of views that may be left out", minimum=0.0, maximum=0.5)


@dataclass(frozen=True, eq=False)
class BoardView:
    """What one image shows of the board."""

    name: str
    sighting: BoardSighting


@dataclass(frozen=True, eq=False)
class Intrinsics:
    """The fit.

    deviations: of fx, fy, cx, cy and the coefficients. residuals, pixels: (m, 2) [pixel]; of_view: (m,) of which used
    view. held_out_px: (n,) RMS of each used view under a lens that was fitted without it. refused: names of views;
    dropped: corners that were left out of used ones.
    """

    camera: CameraCalibration
    deviations: Array
    residual_px: float
    held_out_px: Array
    views: tuple[BoardView, ...]
    refused: tuple[str, ...]
    dropped: int
    residuals: Array
    pixels: Array
    of_view: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class _Fit:
    matrix: Array
    distortion: Array
    deviations: Array
    residuals: list[Array]


def solve_intrinsics(
    name: str,
    views: Sequence[BoardView],
    size: tuple[int, int],
    limits: IntrinsicsLimits | None = None,
    k3: bool | None = None,
) -> Intrinsics:
    """Return the lens, or raise Refusal with what the set lacks.

    size: width and height [pixel]. k3: fit the third radial coefficient; None: if views that were held out say so.
    """
    limits = limits or IntrinsicsLimits()
    check_coverage([view.sighting for view in views], size, None, limits)
    seen = [view for view in views if len(view.sighting.ids) >= limits.corners]
    kept, refused = _consistent(seen, size, limits)
    held_out = {wanted: _held_out(kept, size, wanted) for wanted in ((False, True) if k3 is None else (k3,))}
    wanted = len(held_out) == 2 and _rms(held_out[True]) < BETTER * _rms(held_out[False]) if k3 is None else k3
    fit = _fit(kept, size, wanted)
    camera = _camera(name, size, fit, wanted)
    check_coverage([view.sighting for view in kept], size, camera, limits)
    residuals = np.concatenate(fit.residuals)
    result = Intrinsics(
        camera=replace(camera, images=len(kept), residual_px=round(_rms(residuals), 4)),
        deviations=fit.deviations[: 4 + len(camera.distortion)],
        residual_px=_rms(residuals),
        held_out_px=held_out[wanted],
        views=tuple(kept),
        refused=refused,
        dropped=sum(len(view.sighting.ids) for view in seen if view.name not in refused) - len(residuals),
        residuals=residuals,
        pixels=np.concatenate([view.sighting.pixels for view in kept]),
        of_view=np.repeat(np.arange(len(kept)), [len(view.sighting.ids) for view in kept]),
    )
    _check_fit(result, limits)
    return result


def _consistent(
    views: Sequence[BoardView], size: tuple[int, int], limits: IntrinsicsLimits
) -> tuple[list[BoardView], tuple[str, ...]]:
    """Return the views and corners that agree with each other, and the names of views that do not."""
    kept, refused = list(views), []
    for _ in range(ROUNDS):
        distances = [np.linalg.norm(one, axis=1) for one in _fit(kept, size, False).residuals]
        usual = float(np.median(np.concatenate(distances)))
        limit = max(NEAR_PX, OUTLIER * usual)
        typical = [float(np.median(one)) for one in distances]
        odd = int(np.argmax(typical))
        if typical[odd] > max(NEAR_PX, WORSE_VIEW * float(np.median(typical))):
            refused.append(kept.pop(odd).name)
        elif (worst := max(float(one.max()) for one in distances)) > limit:
            # A wrong corner pulls its neighbours along: only what is about as bad as the worst goes at once.
            limit = max(limit, STEP * worst)
            kept = [_without(view, far > limit) for view, far in zip(kept, distances, strict=True)]
            refused.extend(view.name for view in kept if len(view.sighting.ids) < FEWEST_CORNERS)
            kept = [view for view in kept if len(view.sighting.ids) >= FEWEST_CORNERS]
        else:
            break
        if len(refused) > limits.refused * len(views):
            raise Refusal(
                f"views disagree with each other, worst: {', '.join(refused)}; expected sharp images of one flat board "
                "of the given kind, rows, columns and size, all from one camera with one focus"
            )
    return kept, tuple(refused)


def _without(view: BoardView, dropped: NDArray[np.bool_]) -> BoardView:
    seen = view.sighting
    ids = tuple(one for one, gone in zip(seen.ids, dropped, strict=True) if not gone)
    return BoardView(view.name, BoardSighting(seen.points[~dropped], seen.pixels[~dropped], ids))


def _fit(views: Sequence[BoardView], size: tuple[int, int], k3: bool) -> _Fit:
    points = [view.sighting.points.astype(np.float32) for view in views]
    pixels = [view.sighting.pixels.astype(np.float32) for view in views]
    flags = 0 if k3 else cv2.CALIB_FIX_K3
    criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 100, 1e-10)
    found = cv2.calibrateCameraExtended(points, pixels, size, np.eye(3), np.zeros(5), flags=flags, criteria=criteria)
    _, matrix, distortion, turns, shifts, deviations, _, _ = found
    placed = zip(points, turns, shifts, strict=True)
    expected = [
        cv2.projectPoints(one, turn, shift, matrix, distortion)[0].reshape(-1, 2) for one, turn, shift in placed
    ]
    residuals = [view.sighting.pixels - one for view, one in zip(views, expected, strict=True)]
    lens = np.asarray(matrix, dtype=np.float64), np.asarray(distortion.ravel()[:5], dtype=np.float64)
    return _Fit(*lens, np.asarray(deviations.ravel()[:9], dtype=np.float64), residuals)


def _held_out(views: Sequence[BoardView], size: tuple[int, int], k3: bool) -> Array:
    """Return the RMS distance (n,) of each view [pixel] under the lens that the other half of the views gives."""
    errors = np.zeros(len(views))
    for half in (0, 1):
        fit = _fit(views[1 - half :: 2], size, k3)
        for index in range(half, len(views), 2):
            errors[index] = _alone(views[index].sighting, fit)
    return errors


def _alone(seen: BoardSighting, fit: _Fit) -> float:
    """Return the RMS distance of a board that is placed where this lens sees it best [pixel]."""
    _, turn, shift = cv2.solvePnP(seen.points, seen.pixels, fit.matrix, fit.distortion, flags=cv2.SOLVEPNP_ITERATIVE)
    expected, _ = cv2.projectPoints(seen.points, turn, shift, fit.matrix, fit.distortion)
    return float(np.sqrt(np.mean(np.sum((seen.pixels - expected.reshape(-1, 2)) ** 2, axis=1))))


def _camera(name: str, size: tuple[int, int], fit: _Fit, k3: bool) -> CameraCalibration:
    (fx, _, cx), (_, fy, cy), _ = fit.matrix.tolist()
    numbers = np.array([fx, fy, cx, cy, *fit.distortion])
    inside = 0.0 <= cx <= size[0] and 0.0 <= cy <= size[1]
    if not np.all(np.isfinite(numbers)) or min(fx, fy) < 1.0 or not inside:
        raise Refusal(
            f"no lens explains the corners (fx {fx:.0f}, fy {fy:.0f}, centre {cx:.0f}, {cy:.0f}): see whether "
            "the board is the one that is named, and flat"
        )
    distortion = tuple(fit.distortion[: 5 if k3 else 4].tolist())
    return CameraCalibration(name, *size, fx, fy, cx, cy, distortion=distortion)


def _check_fit(found: Intrinsics, limits: IntrinsicsLimits) -> None:
    if found.residual_px > limits.residual_px:
        raise Refusal(
            f"corners miss by {found.residual_px:.2f} px RMS, expected {limits.residual_px:g}: "
            "see whether images are sharp, the board flat, and its rows, columns and ratio those of its file"
        )
    camera, deviations = found.camera, found.deviations
    percent = 100.0 * float(max(deviations[0] / camera.fx, deviations[1] / camera.fy))
    centre = float(max(deviations[2:4]))
    if percent > limits.focal_percent or centre > limits.centre_px:
        raise Refusal(
            f"the focal length would be known to {percent:.2f} % and the principal point to {centre:.1f} px only, "
            f"expected {limits.focal_percent:g} % and {limits.centre_px:g} px: take more views, tilted farther, nearer"
        )


def _rms(residuals: Array) -> float:
    squares = np.sum(residuals**2, axis=1) if residuals.ndim == 2 else residuals**2
    return float(np.sqrt(np.mean(squares)))

"""All tags of one object, in one image or several, become one pose of the object in the robot base frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.settings import setting
from diffpol_ros.core.spatial import compose, inverse, rotation_between
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.least_squares import Solution, refine, robust_cost
from diffpol_ros.estimation.projection import CornerProblem, View
from diffpol_ros.estimation.tag_pose import tag_poses

SAME_SOLUTION_RAD = 0.1
HOPELESS = 100.0
MODES = ("joint", "average")


@dataclass(frozen=True)
class FusionSettings:
    """How tags become an object."""

    mode: str = setting("joint", description="joint: one fit to all corners; average: the mean of the tags' poses")
    noise_px: float = setting(0.05, description="Standard deviation of a corner, per axis", minimum=1e-3, maximum=10.0)
    learn_noise: bool = setting(True, description="Begin with noise_px and learn each camera's from the residuals")
    minimum_noise_px: float = setting(0.02, description="Learn no less than this", minimum=1e-3, maximum=10.0)
    maximum_noise_px: float = setting(1.0, description="Learn no more than this", minimum=1e-3, maximum=10.0)
    huber: float = setting(4.0, description="Corners farther off than this many deviations count less", minimum=1.0)
    outlier_px: float = setting(2.0, description="Refuse tags whose corners are farther off, RMS", minimum=0.01)
    ambiguity: float = setting(16.0, description="Costs nearer than this cannot tell two poses apart", minimum=0.0)
    prior_angle: float = setting(0.6, description="Trust in the known rotation [rad]", minimum=0.0, maximum=1.6)

    def __post_init__(self) -> None:
        """Refuse a mode that does not exist."""
        if self.mode not in MODES:
            raise ValueError(f"mode is {self.mode!r}, expected one of {', '.join(MODES)}")
        if self.minimum_noise_px > self.maximum_noise_px:
            raise ValueError(
                f"minimum_noise_px {self.minimum_noise_px} is above maximum_noise_px {self.maximum_noise_px}: swapped?"
            )


@dataclass(frozen=True, eq=False)
class Measurement:
    """What images of one instant say about one object.

    pose: object in the robot base frame. covariance: (6, 6), position [m^2] then rotation vector [rad^2].
    residual_px: RMS distance of the corners. tags: how many were used. refused: ids of tags that disagreed.
    ambiguous: a second pose, far off, explains the corners as well and nothing known tells which is true.
    """

    pose: Pose
    covariance: Array
    residual_px: float
    tags: int
    refused: tuple[int, ...] = ()
    ambiguous: bool = False


def fuse(views: Sequence[View], prior: Pose | None, settings: FusionSettings) -> Measurement | None:
    """Return the object's pose, or None where no pose explains the corners.

    prior: where the object was believed to be; it settles ambiguities and never shifts the result.
    """
    refused: list[int] = []
    while any(view.tags for view in views):
        problem = CornerProblem(views)
        poses = candidates(views)
        if not poses:
            return None
        solution, ambiguous = _choose(problem, poses, prior, settings)
        worst, error = _worst_tag(problem, solution)
        if error <= settings.outlier_px:
            return _measure(problem, poses, solution, ambiguous, tuple(refused), settings)
        refused.append(worst)
        views = [_without(view, worst) for view in views]
    return None


def candidates(views: Sequence[View]) -> list[list[Pose]]:
    """Return, for each tag, the poses of the object in the base frame that it allows, the better one first."""
    return [
        [
            compose(compose(view.camera.pose.pose, solution.pose), inverse(seen.tag.pose))
            for solution in tag_poses(view.camera, seen.corners, seen.tag.size)
        ]
        for view in views
        for seen in view.tags
    ]


def average(poses: Sequence[Pose]) -> Pose:
    """Return the mean of positions and rotations: the way of the DPPO and FurnitureBench robots."""
    outer = sum(np.outer(pose.quaternion, pose.quaternion) for pose in poses)
    _, vectors = np.linalg.eigh(outer)
    return Pose(np.mean([pose.position for pose in poses], axis=0), vectors[:, -1])


def _choose(
    problem: CornerProblem, poses: list[list[Pose]], prior: Pose | None, settings: FusionSettings
) -> tuple[Solution, bool]:
    """Return the best fit and whether another one, far off, is as good and the prior cannot tell them apart."""
    starts = [pose for of_tag in poses for pose in of_tag]
    costs = [robust_cost(problem, pose, settings.noise_px, settings.huber) for pose in starts]
    ranked = sorted(zip(starts, costs, strict=True), key=lambda start: start[1])
    best = refine(problem, ranked[0][0], settings.noise_px, settings.huber)
    rival = _rival(problem, ranked[1:], best, settings)
    if rival is None:
        return best, False
    if rival.cost < best.cost:
        best, rival = rival, best
    if rival.cost - best.cost > settings.ambiguity:
        return best, False
    likely = [one for one in (best, rival) if prior and _angle(one.pose, prior) < settings.prior_angle]
    return (likely[0], False) if len(likely) == 1 else (best, True)


def _rival(
    problem: CornerProblem, starts: list[tuple[Pose, float]], best: Solution, settings: FusionSettings
) -> Solution | None:
    """Return the best fit that is not the best one again, if any is near enough to matter."""
    limit = best.cost + HOPELESS * settings.ambiguity
    for start, cost in starts:
        if cost < limit and _angle(start, best.pose) > SAME_SOLUTION_RAD:
            rival = refine(problem, start, settings.noise_px, settings.huber)
            return rival if _angle(rival.pose, best.pose) > SAME_SOLUTION_RAD else None
    return None


def _measure(
    problem: CornerProblem,
    poses: list[list[Pose]],
    solution: Solution,
    ambiguous: bool,
    refused: tuple[int, ...],
    settings: FusionSettings,
) -> Measurement:
    pose = solution.pose
    if settings.mode == "average":
        pose = average([min(of_tag, key=lambda one: _angle(one, solution.pose)) for of_tag in poses if of_tag])
    errors = np.linalg.norm(problem.residuals(pose), axis=1)
    residual_px = float(np.sqrt(np.mean(errors**2)))
    # Corners worse than their noise mean that something is not modelled: the covariance grows with them.
    excess = max(1.0, 0.5 * float(np.mean((errors / problem.noise) ** 2)) / settings.noise_px**2)
    covariance = np.asarray(excess * np.linalg.inv(solution.information), dtype=np.float64)
    return Measurement(pose, covariance, residual_px, len(problem.tag_ids), refused, ambiguous)


def _worst_tag(problem: CornerProblem, solution: Solution) -> tuple[int, float]:
    errors = np.sqrt(np.mean(solution.errors.reshape(-1, 4) ** 2, axis=1))
    worst = int(np.argmax(errors))
    return int(problem.tag_ids[worst]), float(errors[worst])


def _without(view: View, tag_id: int) -> View:
    return View(view.camera, tuple(seen for seen in view.tags if seen.tag.id != tag_id))


def _angle(one: Pose, other: Pose) -> float:
    return float(np.linalg.norm(rotation_between(one.quaternion, other.quaternion)))

"""All tags of one object, in one image or several, become one pose of the object in the robot base frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.settings import setting
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.corner_noise import TagEvidence, usual_noise
from diffpol_ros.estimation.hypotheses import angle_between, average, candidates, mirrored
from diffpol_ros.estimation.least_squares import Solution, leverages, refine, robust_cost
from diffpol_ros.estimation.projection import CornerProblem, View

SAME_SOLUTION_RAD = 0.1
HOPELESS = 100.0
WORTH_A_TRY_PX = 1.0
EXPLAINED = 3.0
NEARBY_DAMPING = 1e-6
TRUSTED = 12.0
MODES = ("joint", "average")


@dataclass(frozen=True)
class FusionSettings:
    """How tags become an object."""

    mode: str = setting("joint", description="joint: one fit to all corners; average: the mean of the tags' poses")
    noise_px: float = setting(0.05, description="Standard deviation of a corner, per axis", minimum=1e-3, maximum=10.0)
    learn_noise: bool = setting(True, description="Begin with noise_px and learn each camera's from the residuals")
    minimum_noise_px: float = setting(0.01, description="Learn no less than this", minimum=1e-3, maximum=10.0)
    maximum_noise_px: float = setting(1.0, description="Learn no more than this", minimum=1e-3, maximum=10.0)
    huber: float = setting(2.0, description="Corners farther off than this many deviations count less", minimum=1.0)
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
    residual_px: RMS distance of the corners. tags: how many were used, one in two cameras counting twice; cameras:
    how many they were seen by. refused: ids of tags that disagreed. ambiguous: a second pose, far off, explains the
    corners as well and nothing known tells which is true.
    """

    pose: Pose
    covariance: Array
    residual_px: float
    tags: int
    cameras: int
    refused: tuple[int, ...] = ()
    ambiguous: bool = False


@dataclass(frozen=True, eq=False)
class Fit:
    """What the corners alone say: nothing in it depends on what was believed before.

    rival: another pose, far off, that explains the corners worse than `best`, if any is near enough to matter.
    """

    views: tuple[View, ...]
    problem: CornerProblem
    best: Solution
    rival: Solution | None
    refused: tuple[int, ...]

    @property
    def scale(self) -> float:
        """Return how much larger the corners' variance is than assumed, believing the assumption as far as TRUSTED."""
        return (TRUSTED + self.best.cost) / (TRUSTED + self.freedom)

    @property
    def freedom(self) -> float:
        """Return how many numbers the corners have beyond those of the pose."""
        return 2.0 * len(self.best.errors) - 6.0

    def ambiguous(self, settings: FusionSettings) -> bool:
        """Return whether the corners cannot tell the best pose from its rival.

        Where even the best one fits badly, the other one's fitting worse proves little.
        """
        excess = max(1.0, self.best.cost / self.freedom)
        return self.rival is not None and self.rival.cost - self.best.cost <= settings.ambiguity * excess

    def evidence(self) -> list[TagEvidence]:
        """Return what each tag says about the noise of its camera."""
        problem = self.problem
        assumed = problem.deviations.reshape(-1, 4)[:, 0]
        squares = np.sum(self.best.errors.reshape(-1, 4) ** 2, axis=1) / assumed**2
        free = 8.0 - leverages(problem, self.best)
        columns = zip(problem.cameras, problem.widths, assumed, squares, free, strict=True)
        return [TagEvidence(camera, *map(float, numbers)) for camera, *numbers in columns]


def fuse(views: Sequence[View], prior: Pose | None, settings: FusionSettings) -> Measurement | None:
    """Return the object's pose, or None where no pose explains the corners.

    prior: where the object was believed to be; it settles ambiguities and never shifts the result.
    """
    found = fit(views, prior, settings)
    return settle(found, prior, settings) if found else None


def fit(views: Sequence[View], start: Pose | None, settings: FusionSettings) -> Fit | None:
    """Return the pose that explains the corners best, and its rival; `start` only saves time where it is near."""
    refused: list[int] = []
    while any(view.tags for view in views):
        problem = CornerProblem(views, usual_noise(settings.noise_px))
        solutions = _solutions(problem, views, start, settings)
        if not solutions:
            return None
        best, rival = solutions[0], (solutions[1] if len(solutions) > 1 else None)
        worst, error = _worst_tag(problem, best)
        if error <= settings.outlier_px:
            return Fit(tuple(views), problem, best, rival, tuple(refused))
        refused.append(worst)
        views = [_without(view, worst) for view in views]
    return None


def settle(found: Fit, prior: Pose | None, settings: FusionSettings) -> Measurement:
    """Return what a fit means to one who believed the object at `prior`."""
    solution, ambiguous = found.best, False
    if found.rival and found.ambiguous(settings):
        both = (found.best, found.rival)
        likely = [one for one in both if prior and angle_between(one.pose, prior) < settings.prior_angle]
        ambiguous = len(likely) != 1
        solution = found.best if ambiguous else likely[0]
    pose, errors = solution.pose, solution.errors
    if settings.mode == "average":
        pose = _mean_of_tags(found.views, solution.pose)
        errors = np.linalg.norm(found.problem.residuals(pose), axis=1)
    covariance = np.asarray(found.scale * np.linalg.inv(solution.information), dtype=np.float64)
    residual_px = float(np.sqrt(np.mean(errors**2)))
    cameras = len(set(found.problem.cameras))
    return Measurement(pose, covariance, residual_px, len(found.problem.tag_ids), cameras, found.refused, ambiguous)


def _solutions(
    problem: CornerProblem, views: Sequence[View], start: Pose | None, settings: FusionSettings
) -> list[Solution]:
    """Return the best fit and, if another one far off is near enough to matter, that too."""
    if start is not None:
        near = refine(problem, start, settings.huber, NEARBY_DAMPING)
        if near.cost < EXPLAINED * 2.0 * len(near.errors) and _worst_tag(problem, near)[1] <= settings.outlier_px:
            return _with_rival(problem, near, list(mirrored(views, near.pose)), settings)
    starts = [pose for of_tag in candidates(views) for pose in of_tag]
    if not starts:
        return []
    costs = [robust_cost(problem, pose, settings.huber) for pose in starts]
    first = int(np.argmin(costs))
    return _with_rival(problem, refine(problem, starts[first], settings.huber), starts, settings)


def _with_rival(
    problem: CornerProblem, best: Solution, starts: Sequence[Pose], settings: FusionSettings
) -> list[Solution]:
    limit = best.cost + HOPELESS * settings.ambiguity
    # With little noise a rough start costs much more than the fit it leads to.
    limit = max(limit, float(np.sum(np.minimum(WORTH_A_TRY_PX / problem.deviations, settings.huber) ** 2)))
    costs = [robust_cost(problem, pose, settings.huber) for pose in starts]
    for index in np.argsort(costs):
        if costs[index] >= limit:
            break
        if angle_between(starts[index], best.pose) > SAME_SOLUTION_RAD:
            rival = refine(problem, starts[index], settings.huber)
            if angle_between(rival.pose, best.pose) > SAME_SOLUTION_RAD:
                return sorted([best, rival], key=lambda solution: solution.cost)
    return [best]


def _mean_of_tags(views: Sequence[View], near: Pose) -> Pose:
    """Return the mean of the tags' own poses, of each the one nearer to `near`."""
    return average([min(poses, key=lambda one: angle_between(one, near)) for poses in candidates(views) if poses])


def _worst_tag(problem: CornerProblem, solution: Solution) -> tuple[int, float]:
    errors = np.sqrt(np.mean(solution.errors.reshape(-1, 4) ** 2, axis=1))
    worst = int(np.argmax(errors))
    return problem.tag_ids[worst], float(errors[worst])


def _without(view: View, tag_id: int) -> View:
    return View(view.camera, tuple(seen for seen in view.tags if seen.tag.id != tag_id), view.noise)

"""What the corners alone say: the pose that explains them best, and its rival if there is one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diffpol_ros.core.types import Pose
from diffpol_ros.estimation.fusion.corner_noise import TagEvidence, usual_noise
from diffpol_ros.estimation.fusion.hypotheses import angle_between, candidates, mirrored
from diffpol_ros.estimation.fusion.least_squares import Solution, leverages, refine, robust_cost
from diffpol_ros.estimation.fusion.projection import CornerProblem, View
from diffpol_ros.estimation.fusion.settings import FusionSettings

SAME_SOLUTION_RAD = 0.1
HOPELESS = 100.0
EXPLAINED = 3.0
NEARBY_DAMPING = 1e-6
# A rival that is clearly worse need not be known exactly.
ROUGHLY, DOUBTFUL = 1e-4, 2.0
TRUSTED = 12.0


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
        return _freedom(self.best)

    @property
    def outvoted(self) -> bool:
        """Return whether no fewer tags were refused than are left: it is not clear which of them are wrong.

        One tag alone nearly always explains itself.
        """
        return len(self.refused) >= len(set(self.problem.tag_ids))

    def ambiguous(self, settings: FusionSettings) -> bool:
        """Return whether the corners cannot tell the best pose from its rival.

        Where even the best one fits badly, the other one's fitting worse proves little.
        """
        return self.rival is not None and self.rival.cost - self.best.cost <= settings.ambiguity * _excess(self.best)

    def evidence(self) -> list[TagEvidence]:
        """Return what each tag says about the noise of its camera."""
        problem = self.problem
        assumed = problem.deviations.reshape(-1, 4)[:, 0]
        squares = np.sum(self.best.errors.reshape(-1, 4) ** 2, axis=1) / assumed**2
        free = 8.0 - leverages(problem, self.best)
        return [
            TagEvidence(camera, float(width), float(deviation), float(square), float(left), not np.isnan(told))
            for camera, width, deviation, square, left, told in zip(
                problem.cameras, problem.widths, assumed, squares, free, problem.told, strict=True
            )
        ]


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
    enough = best.cost + DOUBTFUL * settings.ambiguity * _excess(best)
    costs = [robust_cost(problem, pose, settings.huber) for pose in starts]
    for index in np.argsort(costs):
        if costs[index] >= limit:
            break
        if angle_between(starts[index], best.pose) > SAME_SOLUTION_RAD:
            rival = refine(problem, starts[index], settings.huber, small_step=ROUGHLY, enough=enough)
            if angle_between(rival.pose, best.pose) > SAME_SOLUTION_RAD and rival.cost < enough:
                rival = refine(problem, rival.pose, settings.huber, NEARBY_DAMPING)
                return sorted([best, rival], key=lambda solution: solution.cost)
    return [best]


def _freedom(solution: Solution) -> float:
    return 2.0 * len(solution.errors) - 6.0


def _excess(solution: Solution) -> float:
    return max(1.0, solution.cost / _freedom(solution))


def _worst_tag(problem: CornerProblem, solution: Solution) -> tuple[int, float]:
    errors = np.sqrt(np.mean(solution.errors.reshape(-1, 4) ** 2, axis=1))
    worst = int(np.argmax(errors))
    return problem.tag_ids[worst], float(errors[worst])


def _without(view: View, tag_id: int) -> View:
    return View(view.camera, tuple(seen for seen in view.tags if seen.tag.id != tag_id), view.noise)

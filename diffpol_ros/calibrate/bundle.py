"""Joint bundle adjustment: all corners of all views, the poses of camera and target, and the robot's own noise.

A robot reports its hand to 0.1 to 1 mm only. So every view may slip a little, and how much corners and hands scatter
is found from the residuals (MacKay's evidence update): no one has to know either beforehand, and the covariance is
that of the data as they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from diffpol_ros.calibrate.chain import CAMERA, SHARED, SHIFT, SLIP, TARGET, Chain, ChainState, TargetView, start_state
from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.calibration import CameraCalibration

ITERATIONS = 30
ROUNDS = 12
STEPS_A_ROUND = 3
SMALL_STEP = 1e-9
LARGEST_DAMPING = 1e8
HUBER = 3.0
Indices = NDArray[np.intp]
UNKNOWNS = {"camera": CAMERA, "target": TARGET, "shift": SHIFT}


@dataclass(frozen=True)
class Scatter:
    """Standard deviations: of a corner per axis [pixel], of the robot's word on its hand [m] and [rad] per axis."""

    corner_px: float = 0.1
    position: float = 2e-4
    rotation: float = 5e-4

    @property
    def slip_information(self) -> Array:
        """Return the (6, 6) inverse covariance of a slip."""
        return np.diag([self.position**-2] * 3 + [self.rotation**-2] * 3)


# Below this nothing is measured: exact data must not divide by zero.
FLOOR = Scatter(1e-3, 1e-6, 1e-6)


@dataclass(frozen=True, eq=False)
class Bundle:
    """The fit.

    covariance: (13, 13) of camera, target (shift [m], turn [rad], in their parents' frames) and time shift [s]; zero
    where nothing was free. residuals: (m, 2) [pixel], `of_view` (m,) says whose. scatter: as found in the data.
    """

    state: ChainState
    covariance: Array
    residuals: Array
    of_view: Indices
    scatter: Scatter

    @property
    def residual_px(self) -> float:
        """Return the RMS distance of the corners [pixel]."""
        return float(np.sqrt(np.mean(np.sum(self.residuals**2, axis=1))))


def adjust(
    camera: CameraCalibration,
    views: Sequence[TargetView],
    mount: str,
    start: tuple[Pose, Pose],
    unknowns: Sequence[str] = ("camera", "target"),
    slipping: bool = True,
) -> Bundle:
    """Return the best fit near `start` (camera, target), over the `unknowns` and, if `slipping`, the hands."""
    free = np.concatenate([np.arange(SHARED)[UNKNOWNS[name]] for name in unknowns])
    problem = _Problem(Chain(camera, views, mount), free, slipping)
    state, scatter = start_state(*start, len(views)), Scatter()
    for _ in range(ROUNDS):
        state = problem.fit(state, scatter, STEPS_A_ROUND)
        found = problem.scatter_of(state, scatter)
        settled = np.allclose(_numbers(found), _numbers(scatter), rtol=0.02)
        scatter = found
        if settled:
            break
    state = problem.fit(state, scatter, ITERATIONS)
    covariance = np.zeros((SHARED, SHARED))
    covariance[np.ix_(free, free)] = _inverse(problem.normal(state, scatter).reduced)
    return Bundle(state, covariance, problem.chain.residuals(state), problem.chain.of_view, scatter)


@dataclass(frozen=True, eq=False)
class _Normal:
    """Normal equations with the slips eliminated: `reduced` step = -`gradient`, then a slip a view follows."""

    reduced: Array
    gradient: Array
    slip_inverse: Array
    coupling: Array
    slip_gradient: Array

    def slips(self, step: Array) -> Array:
        return -np.einsum("nij,nj->ni", self.slip_inverse, self.slip_gradient + step @ self.coupling)

    def slip_covariance(self) -> Array:
        gain = self.coupling @ self.slip_inverse
        return self.slip_inverse + np.swapaxes(gain, 1, 2) @ _inverse(self.reduced) @ gain


class _Problem:
    def __init__(self, chain: Chain, free: Indices, slipping: bool) -> None:
        self.chain, self._free, self._slipping = chain, free, slipping

    def fit(self, state: ChainState, scatter: Scatter, iterations: int) -> ChainState:
        """Levenberg-Marquardt."""
        cost, damping = self._cost(state, scatter), 1e-6
        for _ in range(iterations):
            normal = self.normal(state, scatter)
            diagonal = np.diag(np.diag(normal.reduced) + 1e-12)
            step = np.asarray(np.linalg.solve(normal.reduced + damping * diagonal, -normal.gradient), dtype=np.float64)
            trial = self._moved(state, step, normal.slips(step))
            trial_cost = self._cost(trial, scatter)
            if trial_cost <= cost:
                state, cost, damping = trial, trial_cost, 0.1 * damping
            else:
                damping = 10.0 * max(damping, 1e-8)
            if np.max(np.abs(step)) < SMALL_STEP or damping > LARGEST_DAMPING:
                break
        return state

    def normal(self, state: ChainState, scatter: Scatter) -> _Normal:
        residuals, jacobian = self.chain.linearize(state)
        weights = _weights(residuals, scatter)
        weighted = weights[:, None, None] * jacobian
        blocks = np.add.reduceat(np.einsum("mki,mkj->mij", weighted, jacobian), self.chain.starts, axis=0)
        gradients = np.add.reduceat(np.einsum("mki,mk->mi", weighted, residuals), self.chain.starts, axis=0)
        count, free = len(blocks), self._free
        shared, gradient = blocks[:, free][:, :, free].sum(axis=0), gradients[:, free].sum(axis=0)
        if not self._slipping:
            nothing = np.zeros((count, 6))
            return _Normal(shared, gradient, np.zeros((count, 6, 6)), np.zeros((count, len(free), 6)), nothing)
        prior = scatter.slip_information
        inverses = np.asarray(np.linalg.inv(blocks[:, SLIP, SLIP] + prior), dtype=np.float64)
        slip_gradient = gradients[:, SLIP] + state.slip_vectors @ prior
        coupling = blocks[:, free][:, :, SLIP]
        gain = coupling @ inverses
        reduced = shared - np.einsum("nij,nkj->ik", gain, coupling)
        return _Normal(
            reduced, gradient - np.einsum("nij,nj->i", gain, slip_gradient), inverses, coupling, slip_gradient
        )

    def scatter_of(self, state: ChainState, scatter: Scatter) -> Scatter:
        """Return how much corners and hands scatter, each by the share of the data that tells."""
        normal, slips = self.normal(state, scatter), state.slip_vectors
        told = np.zeros(6)
        if self._slipping:
            posterior = np.einsum("nii->ni", normal.slip_covariance())
            told = np.sum(1.0 - posterior * np.diag(scatter.slip_information), axis=0)
        residuals = self.chain.residuals(state)
        weights = scatter.corner_px**2 * _weights(residuals, scatter)
        spare = max(1.0, 2.0 * float(np.sum(weights)) - len(self._free) - float(np.sum(told)))
        found = Scatter(
            float(np.sqrt(np.sum(weights[:, None] * residuals**2) / spare)),
            float(np.sqrt(np.sum(slips[:, :3] ** 2) / max(1e-3, np.sum(told[:3])))),
            float(np.sqrt(np.sum(slips[:, 3:] ** 2) / max(1e-3, np.sum(told[3:])))),
        )
        if not self._slipping:
            found = replace(found, position=scatter.position, rotation=scatter.rotation)
        return Scatter(*np.maximum(_numbers(found), _numbers(FLOOR)).tolist())

    def _moved(self, state: ChainState, step: Array, slips: Array) -> ChainState:
        shared = np.zeros(SHARED)
        shared[self._free] = step
        return state.moved(shared, slips)

    def _cost(self, state: ChainState, scatter: Scatter) -> float:
        distances = np.linalg.norm(self.chain.residuals(state), axis=1) / scatter.corner_px
        beyond = np.maximum(distances - HUBER, 0.0)
        corners = float(np.sum(np.minimum(distances, HUBER) ** 2 + 2.0 * HUBER * beyond))
        slips = state.slip_vectors
        return corners + float(np.einsum("ni,ij,nj->", slips, scatter.slip_information, slips))


def _weights(residuals: Array, scatter: Scatter) -> Array:
    distances = np.linalg.norm(residuals, axis=1) / scatter.corner_px
    return np.minimum(1.0, HUBER / np.maximum(distances, 1e-12)) / scatter.corner_px**2


def _numbers(scatter: Scatter) -> Array:
    return np.array([scatter.corner_px, scatter.position, scatter.rotation])


def _inverse(matrix: Array) -> Array:
    """Return the inverse of a symmetric matrix whose rows differ in units by orders of magnitude."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(matrix), 1e-30))
    inner = np.linalg.pinv(scale[:, None] * matrix * scale, rcond=1e-13, hermitian=True)
    return scale[:, None] * inner * scale

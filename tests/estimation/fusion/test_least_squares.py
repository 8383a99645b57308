"""The fit finds its minimum from afar and is not pulled away by a wild corner."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diffpol_ros.core.types import Array, Pose
from diffpol_ros.estimation.fusion.hypotheses import mirrored
from diffpol_ros.estimation.fusion.least_squares import leverages, moved, refine, robust_cost
from diffpol_ros.estimation.fusion.projection import CornerProblem, TagView, View
from tests.estimation.scenes import BLOCK, FRONT, SIDE, block_pose, error, exact_view


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), step=st.tuples(*[st.floats(-1.0, 1.0)] * 6))
def test_it_converges_from_centimetres_and_tenths_of_a_radian(seed: int, step: tuple[float, ...]) -> None:
    truth = block_pose(np.random.default_rng(seed), upright=False)
    problem = CornerProblem([exact_view(FRONT, BLOCK, truth), exact_view(SIDE, BLOCK, truth)])
    start = moved(truth, np.array(step) * [0.02, 0.02, 0.02, 0.2, 0.2, 0.2])
    solution = refine(problem, start, 4.0)
    assert error(solution.pose, truth)[0] < 0.01
    assert solution.cost <= robust_cost(problem, start, 4.0) + 1e-12


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), step=st.tuples(*[st.floats(-1.0, 1.0)] * 6))
def test_two_starts_agree_to_less_than_a_nanometre(seed: int, step: tuple[float, ...]) -> None:
    truth = block_pose(np.random.default_rng(seed), upright=False)
    problem = CornerProblem(
        [exact_view(FRONT, BLOCK, truth, 0.02, seed), exact_view(SIDE, BLOCK, truth, 0.02, seed + 1)]
    )
    start = moved(truth, np.array(step) * [0.01, 0.01, 0.01, 0.1, 0.1, 0.1])
    one, other = refine(problem, truth, 2.0), refine(problem, start, 2.0, 1e-6)
    assert error(one.pose, other.pose) == pytest.approx((0.0, 0.0), abs=1e-6)


def _count_linearizations(problem: CornerProblem, monkeypatch: pytest.MonkeyPatch) -> list[Pose]:
    poses, linearize = list[Pose](), problem.linearize

    def counting(pose: Pose) -> tuple[Array, Array]:
        poses.append(pose)
        return linearize(pose)

    monkeypatch.setattr(problem, "linearize", counting)
    return poses


def test_from_nearby_few_steps_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for seed in range(20):
        truth = block_pose(np.random.default_rng(seed), upright=False)
        problem = CornerProblem([exact_view(FRONT, BLOCK, truth, 0.05, seed)])
        tried = _count_linearizations(problem, monkeypatch)
        refine(problem, moved(truth, np.array([0.002, -0.001, 0.001, 0.01, 0.0, 0.0])), 2.0, 1e-6)
        counts.append(len(tried))
    assert np.mean(counts) < 6.0


def test_a_minimum_that_cannot_matter_is_not_sought_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    saved = []
    for seed in range(100):
        truth = block_pose(np.random.default_rng(seed))
        view = exact_view(FRONT, BLOCK, truth, 0.05, seed)
        problem, (flipped, *_) = CornerProblem([view]), mirrored([view], truth)
        tried = _count_linearizations(problem, monkeypatch)
        whole, count = refine(problem, flipped, 2.0), len(tried)
        if error(whole.pose, truth)[1] < 20.0:
            continue
        assert refine(problem, flipped, 2.0, enough=1.01 * whole.cost).cost < 1.01 * whole.cost
        tried.clear()
        assert refine(problem, flipped, 2.0, enough=0.3 * whole.cost).cost >= whole.cost
        saved.append(1.0 - len(tried) / count)
    assert len(saved) > 5
    assert np.median(saved) > 0.5


def test_leverages_share_out_the_six_numbers_of_the_pose() -> None:
    truth = block_pose(np.random.default_rng(5), upright=False)
    problem = CornerProblem([exact_view(FRONT, BLOCK, truth), exact_view(SIDE, BLOCK, truth)])
    shares = leverages(problem, refine(problem, truth, 2.0))
    assert np.sum(shares) == pytest.approx(6.0)
    assert np.all((shares > 0.0) & (shares <= 6.0))


def test_a_wild_corner_hardly_moves_the_fit() -> None:
    truth = block_pose(np.random.default_rng(2), upright=False)
    views = [exact_view(FRONT, BLOCK, truth), exact_view(SIDE, BLOCK, truth)]
    first, *others = views[0].tags
    corners = first.corners.copy()
    corners[0] += 10.0
    problem = CornerProblem([View(FRONT, (TagView(first.tag, corners), *others)), views[1]])
    robust, plain = (refine(problem, truth, huber) for huber in (4.0, 1e6))
    assert error(robust.pose, truth)[0] < 0.3 * error(plain.pose, truth)[0]
    assert np.argmax(robust.errors) == 0


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("far_px", [1e6, 1e20, 1e160, np.inf])
def test_corners_at_the_end_of_the_world_end_the_fit_and_not_the_program(far_px: float) -> None:
    truth = block_pose(np.random.default_rng(2), upright=False)
    view = exact_view(FRONT, BLOCK, truth)
    problem = CornerProblem([View(FRONT, tuple(TagView(seen.tag, far_px * seen.corners) for seen in view.tags))])
    assert np.all(np.isfinite(refine(problem, truth, 2.0).pose.position))


def test_moving_turns_about_the_objects_own_origin() -> None:
    pose = Pose(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.0, 0.0, 1.0]))
    turned = moved(pose, np.array([0.1, 0.0, 0.0, 0.0, 0.0, np.pi / 2]))
    assert turned.position == pytest.approx([1.1, 2.0, 3.0])
    assert turned.quaternion == pytest.approx([0.0, 0.0, np.sqrt(0.5), np.sqrt(0.5)])

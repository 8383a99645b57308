"""A demonstrator who takes the block to be where it is not."""

from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.spatial import rotation_between
from diffpol_ros.core.types import Observation, Pose
from sim.demos.disturbance import DisturbanceSettings
from sim.demos.expert import Phase
from sim.demos.misjudgement import NEAR, Misjudgement, MisjudgementSettings
from sim.demos.record import Recorder, RecordSettings
from sim.envs.block import BLOCK, BlockLiftEnvironment

CLUMSY = MisjudgementSettings(position=0.02, yaw=30.0, patience=3)


@pytest.fixture(scope="module")
def far() -> Observation:
    return BlockLiftEnvironment().reset(0)


def at(seen: Observation, height: float) -> Observation:
    """Return `seen` with the hand `height` [m] above the block."""
    position = seen.objects[BLOCK].pose.position + np.array([0.0, 0.0, height])
    return replace(seen, end_effector=Pose(position, seen.end_effector.quaternion))


def error(eyes: Misjudgement, seen: Observation, phase: Phase = Phase.REACH) -> np.ndarray:
    """Return by how much the block is taken for another pose (6,) [m, rad]."""
    taken, exact = eyes.see(seen, phase).objects[BLOCK].pose, seen.objects[BLOCK].pose
    turn = rotation_between(exact.quaternion, taken.quaternion)
    return np.concatenate([taken.position - exact.position, turn])


def test_errors_are_those_asked_for(far: Observation):
    errors = np.array([error(Misjudgement(CLUMSY, seed), far) for seed in range(2000)])
    np.testing.assert_allclose(errors[:, :2].std(axis=0), 0.02, rtol=0.06)
    # Beyond half a turn an angle is taken from the other side: a cube cares for none of it.
    np.testing.assert_allclose(np.degrees(errors[:, 5].std()), 30.0, rtol=0.06)
    assert not errors[:, 2:5].any() or np.abs(errors[:, 2:5]).max() < 1e-9


def test_errors_are_not_those_of_any_view(far: Observation):
    shift = error(Misjudgement(CLUMSY, 7), far)[:2] / CLUMSY.position
    for view in range(20):
        assert not np.allclose(np.random.default_rng([7, view]).standard_normal(2), shift)


def test_without_errors_he_sees_what_there_is(far: Observation):
    assert np.abs(error(Misjudgement(MisjudgementSettings(), 0), far)).max() < 1e-9


def test_the_same_error_until_a_grasp_failed(far: Observation):
    eyes = Misjudgement(CLUMSY, 0)
    first = error(eyes, far)
    for _ in range(50):
        np.testing.assert_array_equal(error(eyes, far), first)
    near = at(far, 0.01)
    np.testing.assert_array_equal(error(eyes, near, Phase.CLOSE), first)
    np.testing.assert_array_equal(error(eyes, near, Phase.LIFT), first)
    assert not np.allclose(error(eyes, near, Phase.REACH), first)


def test_whoever_cannot_get_around_the_block_looks_again(far: Observation):
    eyes = Misjudgement(CLUMSY, 0)
    near = at(far, NEAR - 0.01)
    errors = [error(eyes, near) for _ in range(CLUMSY.patience + 2)]
    assert all(np.array_equal(one, errors[0]) for one in errors[: CLUMSY.patience])
    assert not np.allclose(errors[CLUMSY.patience], errors[0])
    # And is as patient with what he sees then.
    np.testing.assert_array_equal(errors[CLUMSY.patience + 1], errors[CLUMSY.patience])


def test_who_errs_takes_longer_and_what_is_recorded_is_the_truth():
    still = DisturbanceSettings(quiet=1.0)
    sharp, clumsy = (
        Recorder(RecordSettings(misjudgement=misjudgement, disturbance=still, views=1))
        for misjudgement in (MisjudgementSettings(), MisjudgementSettings(position=0.008, yaw=22.0))
    )
    pairs = [(sharp.record(seed), clumsy.record(seed)) for seed in (100_001, 100_002, 100_003, 100_004)]
    assert all(ours and theirs for ours, theirs in pairs)
    lengths = np.array([(len(ours.actions), len(theirs.actions)) for ours, theirs in pairs if ours and theirs])
    assert lengths[:, 1].sum() > lengths[:, 0].sum()
    for ours, theirs in pairs:
        assert ours and theirs
        np.testing.assert_array_equal(ours.states[0, 0], theirs.states[0, 0])

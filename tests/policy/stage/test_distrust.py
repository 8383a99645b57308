"""Whether what was sent may still be followed: not once the policy is blind, failed or unsure."""

from collections.abc import Callable
from pathlib import Path

import pytest

from diffpol_ros.core.errors import ObservationError
from diffpol_ros.core.types import Observation
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.runner import PolicyRunner
from diffpol_ros.policy.stage.jobs import Answer, Job, Surroundings
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.policy.stage.stage import PolicyStage

Make = Callable[..., Observation]
START, STEP = 10**12, 100_000_000
NOTHING = Surroundings()


@pytest.fixture
def stage(bundle_folder: Path) -> PolicyStage:
    bundle = Bundle.load(bundle_folder)
    return PolicyStage(bundle.manifest, PolicyRunner(bundle), StageSettings(seam="none"))


def asked(stage: PolicyStage, make: Make, now_ns: int) -> Job:
    stage.observe(make(now_ns - STEP))
    stage.observe(make(now_ns))
    job = stage.tick(now_ns, NOTHING)
    assert isinstance(job, Job)
    return job


def test_nothing_seen_is_no_ground_for_trust(stage: PolicyStage, observation_at: Make) -> None:
    assert "no robot state" in stage.distrust(START, NOTHING)
    stage.observe(observation_at(START))
    assert stage.distrust(START, NOTHING) == ""
    stage.reset()
    assert "no robot state" in stage.distrust(START, NOTHING)


def test_old_states_are_told_while_an_inference_runs(stage: PolicyStage, observation_at: Make) -> None:
    asked(stage, observation_at, START)
    assert stage.distrust(START, NOTHING) == ""
    assert "robot state is 1.00 s old" in stage.distrust(START + 10 * STEP, NOTHING)
    assert stage.complaint == ""


def test_a_chunk_that_came_too_late_does_not_spoil_the_one_before(stage: PolicyStage, observation_at: Make) -> None:
    late_ns = START + 20 * STEP
    answer = stage.absorb(stage.infer(asked(stage, observation_at, START)), late_ns)
    assert isinstance(answer, Answer) and "past" in stage.complaint
    stage.observe(observation_at(late_ns - STEP))
    stage.observe(observation_at(late_ns))
    assert stage.distrust(late_ns, NOTHING) == ""


def test_a_failed_inference_is_distrusted_until_one_succeeds(
    stage: PolicyStage, observation_at: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ObservationError("the block is upside down")

    with monkeypatch.context() as patched:
        patched.setattr(PolicyRunner, "infer", fail)
        stage.absorb(stage.infer(asked(stage, observation_at, START)), START)
    assert stage.distrust(START, NOTHING) == "the block is upside down"
    stage.absorb(stage.infer(asked(stage, observation_at, START + STEP)), START + STEP)
    assert stage.distrust(START + STEP, NOTHING) == ""


def test_a_complaint_of_the_node_is_ground_for_distrust(stage: PolicyStage, observation_at: Make) -> None:
    stage.observe(observation_at(START))
    stage.complain("joint_states has no panda_finger_joint1")
    assert "panda_finger_joint1" in stage.distrust(START, NOTHING)


def test_what_the_surroundings_refuse_is_not_acted_on_and_the_plan_is_forgotten(
    bundle_folder: Path, observation_at: Make
) -> None:
    bundle = Bundle.load(bundle_folder)
    stage = PolicyStage(bundle.manifest, PolicyRunner(bundle), StageSettings(seam="inpaint"))
    stage.absorb(stage.infer(asked(stage, observation_at, START)), START)
    blind = Surroundings(refusal="no camera shows anything")
    assert stage.distrust(START, blind) == "no camera shows anything"
    stage.observe(observation_at(START + STEP))
    assert stage.tick(START + STEP, blind) is None
    assert stage.complaint == "no camera shows anything"
    assert asked(stage, observation_at, START + 2 * STEP).ask.promise is None
    assert stage.distrust(START + 2 * STEP, NOTHING) == ""


def test_an_inference_from_before_the_arm_had_to_hold_is_thrown_away(stage: PolicyStage, observation_at: Make) -> None:
    job = asked(stage, observation_at, START)
    stage.distrust(START, Surroundings(refusal="no camera shows anything"))
    answer = stage.absorb(stage.infer(job), START)
    assert isinstance(answer, Answer) and answer.published.chunk is None
    asked(stage, observation_at, START + STEP)

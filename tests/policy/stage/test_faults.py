"""Clocks that step back, and mistakes of ours: the arm holds, all starts anew, and every inference is recorded."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from diffpol_ros.core.errors import ObservationError
from diffpol_ros.core.types import Observation
from diffpol_ros.policy.bundle import Bundle
from diffpol_ros.policy.horizon.horizon import Horizon
from diffpol_ros.policy.inference import Inference
from diffpol_ros.policy.manifest.networks import DENOISER
from diffpol_ros.policy.records.fields import RecordError
from diffpol_ros.policy.records.record import inference_values
from diffpol_ros.policy.records.replaying import replay_inference
from diffpol_ros.policy.runner import PolicyRunner
from diffpol_ros.policy.stage.failed_record import failed_values
from diffpol_ros.policy.stage.jobs import Answer, Failed, Job, Surroundings
from diffpol_ros.policy.stage.report import published_values
from diffpol_ros.policy.stage.settings import StageSettings
from diffpol_ros.policy.stage.stage import PolicyStage
from tests import tiny_policy
from tests.tiny_bundle import bundle_of

Make = Callable[..., Observation]
START, STEP = 10**12, 100_000_000
HOUR = 36_000 * STEP


@pytest.fixture
def bundle() -> Bundle:
    files = {DENOISER: tiny_policy.onnx_model(tiny_policy.matrix()).SerializeToString()}
    return bundle_of(tiny_policy.tiny_manifest(), files)


@pytest.fixture
def stage(bundle: Bundle) -> PolicyStage:
    return PolicyStage(bundle.manifest, PolicyRunner(bundle), StageSettings(seam="none", seed=40))


def asked(stage: PolicyStage, make: Make, now_ns: int) -> Job:
    stage.observe(make(now_ns))
    job = stage.tick(now_ns, Surroundings())
    assert isinstance(job, Job)
    return job


def fail(*_: object, **__: object) -> Inference:
    raise RuntimeError("a mistake")


def test_an_inference_of_before_a_step_back_in_time_is_thrown_away(stage: PolicyStage, observation_at: Make):
    job = asked(stage, observation_at, START + HOUR)
    stage.observe(observation_at(START))
    assert "the robot's state is 3600.000 s older than before" in stage.complaint
    answer = stage.absorb(stage.infer(job), START)
    assert isinstance(answer, Answer)
    assert (answer.published.chunk, stage.inferences) == (None, 0)
    assert isinstance(stage.tick(START, Surroundings()), Job)


@pytest.mark.parametrize("name", ["absorb", "failed"])
def test_a_mistake_in_taking_in_an_inference_is_a_complaint_and_all_starts_anew(
    stage: PolicyStage, observation_at: Make, monkeypatch: pytest.MonkeyPatch, name: str
):
    job = asked(stage, observation_at, START)
    with monkeypatch.context() as patched:
        patched.setattr(Horizon, name, fail)
        if name == "failed":
            patched.setattr(PolicyRunner, "infer", fail)
        failed = stage.absorb(stage.infer(job), START)
    assert isinstance(failed, Failed)
    assert "taking in the inference failed: RuntimeError: a mistake (test_faults.py:" in stage.complaint
    assert stage.complaint == failed.reason
    answer = stage.absorb(stage.infer(asked(stage, observation_at, START + STEP)), START + STEP)
    assert isinstance(answer, Answer)
    assert answer.published.chunk is not None
    assert stage.complaint == ""


def test_a_mistake_in_a_tick_is_a_complaint(stage: PolicyStage, observation_at: Make, monkeypatch: pytest.MonkeyPatch):
    stage.observe(observation_at(START))
    with monkeypatch.context() as patched:
        patched.setattr(Horizon, "tick", fail)
        assert stage.tick(START, Surroundings()) is None
    assert "the tick failed: RuntimeError: a mistake" in stage.complaint
    asked(stage, observation_at, START + STEP)


@pytest.mark.parametrize("nan", [False, True])
def test_a_failed_inference_is_recorded_with_what_it_was_asked_from(
    bundle: Bundle, stage: PolicyStage, observation_at: Make, monkeypatch: pytest.MonkeyPatch, nan: bool
):
    def refuse(*_: object) -> Inference:
        raise ObservationError("the block is upside down")

    monkeypatch.setattr(PolicyRunner, "infer", refuse)
    job = asked(stage, observation_at, START)
    if nan:
        frame = replace(job.infer.history[-1], gripper_width=np.nan)
        job = replace(job, infer=replace(job.infer, history=(*job.infer.history[:-1], frame)))
    failed = stage.absorb(stage.infer(job), START + STEP)
    assert isinstance(failed, Failed)
    values = failed_values(failed)
    assert (values["seed"], values["refused"], values["samples"]) == ("40", "the block is upside down", "1")
    assert values["frame_stamps_ns"].split()[-1] == values["observation_stamp_ns"] == str(START)
    assert (values["object_names"], values["object_stamps_ns"]) == ("block", str(START))
    assert (values["latency_s"], values["published_stamps_ns"]) == ("0.100000", "")
    assert len(failed.observation) == (0 if nan else bundle.manifest.observation.dimension)
    with pytest.raises(RecordError, match="seed 40 gave no chunk, there is none to replay: the block is upside down"):
        replay_inference(bundle, values)


def test_a_thrown_away_inference_is_recorded_whole(bundle: Bundle, stage: PolicyStage, observation_at: Make):
    job = asked(stage, observation_at, START)
    stage.reset()
    answer = stage.absorb(stage.infer(job), START)
    assert isinstance(answer, Answer)
    values = {**inference_values(answer.inference), **published_values(answer)}
    assert values["refused"] == "thrown away: it was asked for before a reset"
    assert replay_inference(bundle, values).actions.tobytes() == answer.inference.actions.tobytes()

"""When the policy infers, from what, and what it sends."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diffpol_ros.core.types import Observation
from diffpol_ros.policy.horizon.horizon import SPARE_ACTIONS, Horizon, Infer, Running, Unfit
from diffpol_ros.policy.horizon.settings import HorizonSettings
from diffpol_ros.policy.manifest.manifest import Manifest
from diffpol_ros.policy.manifest.specs import ActionSpec
from tests.policy.horizon.chunks import START, STEP, make_chunk

Make = Callable[..., Observation]
relaxed = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def reason(horizon: Horizon, now_ns: int) -> str:
    decision = horizon.tick(now_ns)
    assert isinstance(decision, Unfit)
    return decision.reason


def test_the_first_fit_observation_is_acted_on(manifest: Manifest, observation_at: Make):
    horizon = Horizon(manifest)
    assert "no robot state" in reason(horizon, START)
    horizon.observe(observation_at(START))
    decision = horizon.tick(START)
    assert isinstance(decision, Infer)
    assert [frame.stamp_ns for frame in decision.history] == [START, START]


def test_it_infers_every_executed_steps(manifest: Manifest, observation_at: Make):
    horizon, inferred = Horizon(manifest), []
    for index in range(20):
        now = START + index * STEP
        horizon.observe(observation_at(now))
        if isinstance(horizon.tick(now), Infer):
            inferred.append(index)
            horizon.absorb(make_chunk(now, 6), now, now)
    assert inferred == [0, 3, 6, 9, 12, 15, 18]


def test_an_inference_that_failed_is_tried_at_the_next_tick(manifest: Manifest, observation_at: Make):
    horizon = Horizon(manifest)
    horizon.observe(observation_at(START))
    assert isinstance(horizon.tick(START), Infer)
    horizon.failed(START)
    horizon.observe(observation_at(START + STEP))
    assert isinstance(horizon.tick(START + STEP), Infer)


@relaxed
@given(st.lists(st.integers(-20_000_000, 20_000_000), min_size=4, max_size=40))
def test_ticks_that_jitter_neither_stretch_nor_crowd_the_inferences(
    manifest: Manifest, observation_at: Make, jitter: list[int]
):
    horizon, inferred = Horizon(manifest), []
    for index, late in enumerate(jitter):
        now = START + index * STEP + late
        horizon.observe(observation_at(now))
        if isinstance(horizon.tick(now), Infer):
            inferred.append(index)
            horizon.absorb(make_chunk(now, 6), now, now)
    assert inferred == list(range(0, len(jitter), 3))


def test_an_unfit_spell_ends_with_an_inference_at_once(manifest: Manifest, observation_at: Make):
    horizon = Horizon(manifest)
    horizon.observe(observation_at(START))
    horizon.tick(START)
    horizon.absorb(make_chunk(START, 6), START, START)
    horizon.observe(observation_at(START + 4 * STEP, block_age_ns=20 * STEP))
    assert isinstance(horizon.tick(START + 4 * STEP), Unfit)
    horizon.observe(observation_at(START + 5 * STEP))
    assert isinstance(horizon.tick(START + 5 * STEP), Infer)


def test_a_reset_forgets_everything(manifest: Manifest, observation_at: Make):
    horizon = Horizon(manifest)
    horizon.observe(observation_at(START))
    horizon.tick(START)
    horizon.absorb(make_chunk(START, 6), START, START)
    assert isinstance(horizon.tick(START), Running)
    horizon.reset()
    assert isinstance(horizon.tick(START), Unfit)
    horizon.observe(observation_at(START))
    assert isinstance(horizon.tick(START), Infer)


def test_time_that_steps_back_starts_the_history_anew(manifest: Manifest, observation_at: Make):
    horizon = Horizon(manifest)
    horizon.observe(observation_at(START + 100 * STEP))
    horizon.observe(observation_at(START))
    decision = horizon.tick(START)
    assert isinstance(decision, Infer)
    assert [frame.stamp_ns for frame in decision.history] == [START, START]


@pytest.mark.parametrize(("predicted", "sent"), [(3, 3), (4, 4), (5, 5), (6, 5), (16, 5)])
def test_the_arm_gets_what_runs_and_a_little_more(manifest: Manifest, observation_at: Make, predicted: int, sent: int):
    whole = make_chunk(START, predicted)
    horizon = Horizon(manifest)
    horizon.observe(observation_at(START))
    horizon.tick(START)
    part = horizon.absorb(whole, START, START).chunk
    assert part is not None
    assert len(part) == sent == min(predicted, manifest.action.executed_steps + SPARE_ACTIONS)
    assert part.stamps_ns == whole.stamps_ns[:sent]


@relaxed
@given(st.lists(st.integers(0, 150_000_000), min_size=2, max_size=30))
def test_published_actions_leave_no_gap_while_latency_stays_below_two_steps(
    manifest: Manifest, observation_at: Make, latencies: list[int]
):
    horizon, ends, now = Horizon(manifest), [], START
    for latency in latencies:
        for _ in range(3):
            now += STEP
            horizon.observe(observation_at(now))
            if isinstance(horizon.tick(now), Infer):
                published = horizon.absorb(make_chunk(now, 6), now, now).chunk
                assert published is not None
                assert not ends or now + latency <= ends[-1]
                ends.append(published.stamps_ns[-1])


def test_a_clock_that_steps_back_during_the_inference_spoils_it(manifest: Manifest, observation_at: Make):
    horizon = Horizon(manifest)
    horizon.observe(observation_at(START))
    horizon.tick(START)
    answer = horizon.absorb(make_chunk(START, 6), START, START - 1)
    assert answer.chunk is None and "clock stepped back" in answer.reason
    assert horizon.idle and horizon.statistics.latency.maximum_s == 0.0


def test_a_failure_after_the_plan_ended_is_a_hold(manifest: Manifest, observation_at: Make):
    horizon = running(manifest, observation_at, HorizonSettings())
    end_ns = START + (manifest.action.executed_steps + SPARE_ACTIONS) * STEP
    ask(horizon, observation_at, START + 3 * STEP)
    horizon.failed(end_ns + 1)
    assert horizon.statistics.holds == 1
    assert horizon.idle


def test_what_cost_no_inference_is_sent_as_it_is(manifest: Manifest, observation_at: Make):
    horizon = running(manifest, observation_at, HorizonSettings(seam="blend", blend=1.0))
    chunk = make_chunk(START + STEP, 6, seed=3)
    sent = horizon.refreshed(chunk, START + STEP).chunk
    assert sent is not None
    assert np.array_equal(sent.positions, chunk.positions[: len(sent)])


@pytest.mark.parametrize(
    ("latency", "margin", "lead", "frozen"),
    [(0, 0.0, 0.0, 1), (200, 0.0, 0.0, 2), (200, 0.06, 0.0, 3), (200, 0.06, 0.05, 4), (700, 0.06, 0.05, 4)],
)
def test_what_will_have_begun_when_the_chunk_is_there_is_promised_up_to_the_end_of_what_was_sent(
    manifest: Manifest, observation_at: Make, latency: int, margin: float, lead: float, frozen: int
):
    spec = replace(manifest, action=ActionSpec(manifest.action.frame, 16, 3))
    horizon = running(spec, observation_at, HorizonSettings(seam="inpaint", latency_margin=margin, minimum_lead=lead))
    horizon.pace.latency.restart([latency * 1_000_000])
    decision = ask(horizon, observation_at, START + (1 if latency else 3) * STEP)
    assert decision.promise is not None
    assert np.count_nonzero(decision.promise.mask == 1.0) == frozen


def running(manifest: Manifest, observation_at: Make, settings: HorizonSettings) -> Horizon:
    """Return a horizon that sent at START where the hand is."""
    horizon = Horizon(manifest, settings)
    ask(horizon, observation_at, START)
    whole, hand = make_chunk(START, manifest.action.predicted_steps), observation_at(START).end_effector
    places, turns = np.tile(hand.position, (len(whole), 1)), np.tile(hand.quaternion, (len(whole), 1))
    assert horizon.absorb(replace(whole, positions=places, quaternions=turns), START, START).chunk is not None
    return horizon


def ask(horizon: Horizon, observation_at: Make, now_ns: int) -> Infer:
    """Return what is asked for at `now_ns`, observed then and a step before."""
    horizon.observe(observation_at(now_ns - STEP // 2))
    horizon.observe(observation_at(now_ns))
    decision = horizon.tick(now_ns)
    assert isinstance(decision, Infer)
    return decision


def test_an_arm_that_stands_is_asked_for_at_the_next_tick_and_an_inference_under_way_serves(
    manifest: Manifest, observation_at: Make
):
    horizon = Horizon(manifest)
    horizon.observe(observation_at(START))
    assert isinstance(horizon.tick(START), Infer)
    horizon.stand()
    assert horizon.absorb(make_chunk(START, 6), START, START).chunk is not None
    horizon.observe(observation_at(START + STEP))
    assert isinstance(horizon.tick(START + STEP), Running)
    horizon.stand()
    assert isinstance(horizon.tick(START + STEP), Infer)
    horizon.hold()
    assert horizon.absorb(make_chunk(START + STEP, 6), START + STEP, START + STEP).chunk is None

"""What holds or stops an arm that follows, and what it follows afterwards."""

import dataclasses

import numpy as np

from diffpol_ros.control.settings import FollowerSettings
from diffpol_ros.control.verdict import Command, Hold, Stop, Verdict
from tests.control.arm import PANDA, Episode, moved, near_home, shares_of_limits

PERIOD = FollowerSettings().period
LINE = tuple(near_home(0.0, 0.012 * index, -0.012 * index) for index in range(1, 6))


def frozen_for(episode: Episode, ticks: int) -> list[Verdict]:
    """Let the robot's stamp stand still for some ticks."""
    frozen = episode.clock.now_ns()
    return [episode.step(lambda state: dataclasses.replace(state, stamp_ns=frozen)) for _ in range(ticks)]


def test_a_frozen_robot_is_braked_then_held_then_stopped() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*(near_home(0, 0.01 * i, 0) for i in range(1, 10))))
    episode.run(0.1)
    verdicts = frozen_for(episode, 40)
    words = [(type(verdict), verdict.name) for verdict in verdicts]
    assert words[:5] == [(Command, "")] * 5
    assert words[5] == (Command, "state_old") and (Hold, "state_old") in words
    assert words[-1] == (Stop, "robot_frozen") and words.index((Stop, "robot_frozen")) * PERIOD <= 0.3
    assert max(shares_of_limits(episode.arm.sent, PERIOD)) <= 1.0


def test_what_was_made_before_a_hold_is_not_followed_after_it() -> None:
    episode = Episode()
    line = [near_home(0, 0.02 * i, 0) for i in range(1, 15)]
    episode.accept(episode.chunk(*line))
    episode.run(0.2)
    assert isinstance(frozen_for(episode, 15)[-1], Hold)
    count, late = len(episode.arm.sent), episode.chunk(*line, age_s=0.15)
    assert episode.run(0.1)[-1] == Hold("no_chunk", "no chunk yet")
    assert len(episode.arm.sent) == count
    refusal = episode.accept(late)
    assert refusal is not None and refusal.name == "before_hold"
    assert episode.accept(episode.chunk(episode.tool + np.array([0.0, 0.02, 0.0]))) is None
    assert all(isinstance(verdict, Command) for verdict in episode.run(0.1))
    assert max(shares_of_limits([episode.arm.sent[count - 1]] * 3 + episode.arm.sent[count:], PERIOD)) <= 1.0


def test_a_hold_for_want_of_a_chunk_asks_for_no_newer_observation() -> None:
    episode = Episode()
    episode.run(0.2)
    assert episode.accept(episode.chunk(*LINE, age_s=0.1)) is None


def test_a_veto_brakes_and_drops_the_chunk_and_a_stop_latches() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.run(0.2)
    veto = Hold("policy_silent", "the policy has been silent")
    verdicts = [episode.step(veto=veto) for _ in range(30)]
    assert isinstance(verdicts[0], Command) and verdicts[0].name == "policy_silent" and verdicts[-1] == veto
    refusal = episode.accept(episode.chunk(*LINE))
    assert refusal is not None and refusal.name == "vetoed"
    assert all(isinstance(verdict, Hold) for verdict in episode.run(0.1))
    assert episode.step(veto=Stop("bundle_changed", "another")) == Stop("bundle_changed", "another")
    assert episode.step() == Stop("bundle_changed", "another")


def test_an_arm_pushed_far_from_its_target_stops() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    verdict = episode.step(lambda state: moved(state, 1, 0.7))
    assert isinstance(verdict, Stop) and "joint 2" in verdict.reason


def test_an_arm_that_is_held_back_for_long_stops() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    names = [episode.step(lambda state: moved(state, 0, 0.32)).name for _ in range(11)]
    assert names[-1] == "tracking" and "tracking" not in names[:-1]


def test_a_push_stops() -> None:
    episode = Episode()
    verdict = episode.step(lambda state: dataclasses.replace(state, external_torques=np.full(7, 50.0)))
    assert isinstance(verdict, Stop) and "something pushes joint 7 with 50.0 Nm" in verdict.reason


def test_after_a_stall_the_arm_does_not_hurry_beyond_two_periods() -> None:
    episode = Episode()
    episode.accept(episode.chunk(*LINE))
    episode.run(0.2)
    before = episode.arm.joints
    episode.clock.advance(0.15)
    episode.step()
    speed = np.abs(episode.arm.joints - before) / (2 * PERIOD)
    assert (speed <= np.array(PANDA.limits.velocity)).all()


def test_a_lead_samples_the_path_ahead() -> None:
    plain, ahead = Episode(), Episode(FollowerSettings(command_lead=0.1))
    for episode in (plain, ahead):
        episode.accept(episode.chunk(*LINE))
        episode.run(0.25)
    assert np.linalg.norm(ahead.tool - LINE[-1]) < np.linalg.norm(plain.tool - LINE[-1]) - 0.01
